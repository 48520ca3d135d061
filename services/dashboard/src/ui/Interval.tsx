/** A share on a line from 0 to 1: its interval, itself, and what is usual. The numbers stand beside it. */
const WIDTH = 96;
const at = (share: number): number => 4 + share * (WIDTH - 8);

interface Props {
  value: number;
  low: number | null;
  high: number | null;
  usual?: number | null;
}

export function Interval({ value, low, high, usual = null }: Props) {
  return (
    <svg className="interval" viewBox={`0 0 ${String(WIDTH)} 16`} aria-hidden="true">
      <line className="ground" x1={at(0)} x2={at(1)} y1="8" y2="8" />
      {low !== null && high !== null && <line className="span" x1={at(low)} x2={at(high)} y1="8" y2="8" />}
      {usual !== null && <line className="tick" x1={at(usual)} x2={at(usual)} y1="2" y2="14" />}
      <circle cx={at(value)} cy="8" r="3.5" />
    </svg>
  );
}
