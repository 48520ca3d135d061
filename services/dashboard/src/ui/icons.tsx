/** The icons of the navigation: lines of one width, in the colour of the text. */
const PATHS = {
  today:
    "M12 3v2m0 14v2m9-9h-2M5 12H3m15.4-6.400-1.400 1.400M7 17l-1.400 1.400m12.800 0L17 17M7 7 5.600 5.600M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z",
  queue: "M4 6h16M4 12h16M4 18h9",
  positions: "M4 8h16v11H4zM9 8V5h6v3M4 13h16",
  people:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c.5-4 3-6 6.500-6s6 2 6.500 6M16 4.500a3.500 3.500 0 0 1 0 6M18 14.500c2 .8 3.200 2.600 3.500 5.500",
  duplicates:
    "M8 10.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16 10.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c.4-3.200 2.200-5 5-5 1.600 0 3 .6 4 1.700M21 19c-.4-3.200-2.200-5-5-5-1.600 0-3 .6-4 1.700-.6.7-1 1.800-1.100 3.300",
  more: "M4 7h16M4 12h16M4 17h16",
  numbers: "M4 20V10m5.300 10V4m5.400 16v-7M20 20V8",
  behind: "M4 5h16v5H4zM4 14h16v5H4zM7.500 7.500h.01M7.500 16.500h.01",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  out: "M14 4h5v16h-5M4 12h11m-4-4 4 4-4 4",
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
