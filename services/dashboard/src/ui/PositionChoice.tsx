/** A choice among all positions. Their titles come a moment after the page; the chosen one's at once. */
import { usePositionNames, usePositionOptions } from "../api/people";
import { texts } from "../texts";
import { Choice } from "./parts";

interface Props {
  label: string;
  value: string | undefined;
  onChange: (position: string | undefined) => void;
}

export function PositionChoice({ label, value, onChange }: Props) {
  const all = usePositionOptions();
  const isKnown = value === undefined || all.some(([id]) => id === value);
  const names = usePositionNames(isKnown ? [] : [value]);
  const options = isKnown ? all : [...all, [value, names.get(value) ?? texts.loading] as const];
  return <Choice label={label} any={texts.queue.anyPosition} value={value} options={options} onChange={onChange} />;
}
