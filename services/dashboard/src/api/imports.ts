/** The calls of imports: a file is sent as a form, all else as elsewhere. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, body, type Schemas } from "./client";

export type Operation = Schemas["ImportOperation"];
export type Preview = Schemas["ImportPreview"];

/** What is sent with a file. */
export interface Sent {
  file: File;
  source: string;
  skips: boolean;
  /** The field of each column that is read; undefined: as is proposed. */
  columns: Readonly<Record<string, string>> | undefined;
}

const send = async ({ file, source, skips, columns }: Sent, isDry: boolean): Promise<unknown> => {
  const form = new FormData();
  form.set("source", source);
  form.set("on_invalid", skips ? "skip" : "refuse");
  form.set("dry_run", String(isDry));
  if (columns !== undefined) form.set("mapping", JSON.stringify({ columns, empty: "keep" }));
  form.set("file", file);
  return (await ask(new Request("/v1/imports", { method: "POST", body: form }))).json();
};

/** What would happen; nothing is stored. */
export const preview = (sent: Sent) => send(sent, true) as Promise<Preview>;
/** Take the file; its rows are worked off from then on. */
export const take = (sent: Sent) => send(sent, false) as Promise<Operation>;

const MOVES = {
  pause: "/v1/imports/{import_id}/pause",
  resume: "/v1/imports/{import_id}/resume",
  undo: "/v1/imports/{import_id}/undo",
} as const;
export type Move = keyof typeof MOVES;
export const move = (import_id: string, how: Move) => body(api.POST(MOVES[how], { params: { path: { import_id } } }));

export const isMoving = ({ status }: Operation): boolean => status === "running" || status === "undoing";

/** Imports, the newest first; asked for often while one is worked off. */
export function useImports() {
  return useQuery({
    queryKey: ["imports"],
    queryFn: async () => (await body(api.GET("/v1/imports", { params: { query: { limit: 20 } } }))).items,
    refetchInterval: ({ state }) => (state.data?.some(isMoving) ? 1_000 : 10_000),
  });
}
