/** A funnel as small as a word: a bar a stage. The numbers stand beside it. */
export function Spark({ values }: { values: readonly number[] }) {
  const most = Math.max(1, ...values);
  return (
    <svg className="spark" viewBox={`0 0 ${String(values.length * 9)} 24`} aria-hidden="true">
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, (24 * value) / most);
        return <rect key={index} x={index * 9} y={24 - height} width="7" height={height} rx="1.5" />;
      })}
    </svg>
  );
}
