/** People from a file: what its columns mean, what would happen, and what came of each import. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { isMoving, move, preview, take, useImports, type Move, type Operation, type Sent } from "../api/imports";
import { may, useSession } from "../api/session";
import { dateTime, number } from "../format";
import { texts } from "../texts";
import { Answered, Table } from "../ui/answers";
import { Face } from "../ui/faces";
import { failed, notify } from "../ui/notices";
import { Choice, Page, Panel, Tag, type Tone } from "../ui/parts";
import { Sheet } from "../ui/Sheet";

const t = texts.imports;
const RESULTS = ["created", "updated", "unchanged", "refused"] as const;
const TONES: Partial<Record<Operation["status"], Tone>> = { done: "good", failed: "bad", paused: "warn" };

export function Imports() {
  const session = useSession();
  if (!may(session, "candidates:write"))
    return (
      <Face isPage title={texts.faces.forbidden}>
        {texts.faces.forbiddenHow}
      </Face>
    );
  return (
    <Page title={t.page}>
      <div className="columns">
        <NewImport />
        <Panel title={t.earlier}>
          <Earlier />
        </Panel>
      </div>
    </Page>
  );
}

function NewImport() {
  const queries = useQueryClient();
  const [sent, setSent] = useState<Sent>();
  const tried = useMutation({ mutationFn: preview, onError: failed });
  const taken = useMutation({
    mutationFn: take,
    onError: failed,
    onSuccess: async () => {
      notify(t.taken);
      setSent(undefined);
      tried.reset();
      await queries.invalidateQueries({ queryKey: ["imports"] });
    },
  });
  const tryOut = (changed: Sent): void => {
    setSent(changed);
    tried.mutate(changed);
  };
  const found = sent && tried.data;
  return (
    <Panel title={t.file}>
      <form
        className="body form"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const file = form.get("file");
          if (!(file instanceof File)) return;
          const skips = form.get("skips") !== null;
          tryOut({ file, source: String(form.get("source")), skips, columns: undefined });
        }}
      >
        <p className="note">{t.how}</p>
        <label className="choice">
          <span>{t.choose}</span>
          <input
            name="file"
            type="file"
            required
            accept=".csv,.tsv,.txt,.json,.xlsx,.pdf,.docx,.zip"
            onChange={() => setSent(undefined)}
          />
        </label>
        <label className="choice">
          <span>{t.source}</span>
          <input name="source" required defaultValue="import" maxLength={50} pattern="[a-z0-9][a-z0-9._\-]*" />
        </label>
        <label className="check">
          <input name="skips" type="checkbox" defaultChecked />
          {t.skips}
        </label>
        <div className="actions">
          <button className={found ? "button" : "button primary"} disabled={tried.isPending}>
            {tried.isPending ? t.checking : t.check}
          </button>
        </div>
      </form>
      {found && (
        <>
          <div className="part">
            <p className="note">{t.readAs(readAs(found.format))}</p>
            <Counts of={found} isPlanned />
          </div>
          <h3 className="part">{t.columns}</h3>
          <Mapping
            columns={found.columns}
            mapping={found.mapping.columns}
            onChange={(columns) => tryOut({ ...sent, columns })}
          />
          {found.errors.length > 0 && (
            <>
              <h3 className="part">{t.wouldRefuse}</h3>
              <Refused label={t.wouldRefuse} lines={found.errors} />
            </>
          )}
          <div className="body actions">
            <button
              className="button primary"
              disabled={taken.isPending || tried.isPending}
              onClick={() => taken.mutate(sent)}
            >
              {t.take}
            </button>
            {!found.is_complete && <small>{t.notAll}</small>}
          </div>
        </>
      )}
    </Panel>
  );
}

/** How a file was read, in a few words. */
const readAs = ({ kind, encoding, delimiter, header_line: header, sheet }: Schemas["ImportFormat"]): string =>
  [
    kind,
    encoding,
    delimiter && t.delimiter(delimiter === "\t" ? t.tab : delimiter),
    sheet,
    header !== null && header > 1 && t.header(number(header)),
  ]
    .filter(Boolean)
    .join(" · ");

/** How many rows had, or would have, each result. */
function Counts({ of, isPlanned = false }: { of: Pick<Operation, (typeof RESULTS)[number]>; isPlanned?: boolean }) {
  return (
    <p className="tags" role="status">
      {RESULTS.filter((one, at) => of[one] > 0 || (at === 0 && RESULTS.every((each) => of[each] === 0))).map((one) => (
        <Tag key={one} tone={one === "refused" && of[one] > 0 ? "bad" : undefined}>
          {number(of[one])} {(isPlanned ? t.would : t.results)[one]}
        </Tag>
      ))}
    </p>
  );
}

interface MappingProps {
  columns: readonly string[];
  mapping: Readonly<Record<string, string>>;
  onChange: (columns: Record<string, string>) => void;
}

/** What each column of the file means; a change is tried out at once. */
function Mapping({ columns, mapping, onChange }: MappingProps) {
  const options = [...new Set([...Object.keys(t.fields), ...Object.values(mapping)])];
  return (
    <ul className="rows">
      {columns.map((column) => (
        <li key={column} className="row mapping">
          <strong className="grow">{column}</strong>
          <Choice
            label={t.means(column)}
            any={t.notRead}
            value={mapping[column]}
            options={options.map((field) => [field, t.fields[field] ?? field] as const)}
            onChange={(field) =>
              onChange(
                Object.fromEntries(
                  Object.entries({ ...mapping, [column]: field }).filter(
                    (one): one is [string, string] => one[1] !== undefined,
                  ),
                ),
              )
            }
          />
        </li>
      ))}
    </ul>
  );
}

/** Lines that break a rule, and which. */
function Refused({ label, lines }: { label: string; lines: readonly Pick<Schemas["ImportRow"], "line" | "errors">[] }) {
  return (
    <Table
      label={label}
      rows={lines}
      keyOf={(one) => String(one.line)}
      columns={[
        { title: t.line, isNumber: true, cell: (one) => number(one.line) },
        {
          title: t.rule,
          cell: (one) => one.errors.map(({ column, rule }) => [column, rule].filter(Boolean).join(" ")).join("; "),
        },
      ]}
    />
  );
}

function Earlier() {
  return (
    <Answered query={useImports()} empty={<Face title={t.none}>{t.noneHow}</Face>}>
      {(items) => (
        <ul className="rows">
          {items.map((one) => (
            <li key={one.id} className="row">
              <Tag tone={TONES[one.status]}>{t.statuses[one.status]}</Tag>
              <span className="grow">
                <strong>{one.source}</strong>
                <span className="sentence">
                  {one.format.kind} · <time dateTime={one.created_at}>{dateTime(one.created_at)}</time>
                </span>
                {isMoving(one) && <progress max={Math.max(one.rows, 1)} value={one.done} aria-label={t.progress} />}
                <Counts of={one} />
                {one.refused > 0 && <RefusedRows {...one} />}
              </span>
              <Moves one={one} />
            </li>
          ))}
        </ul>
      )}
    </Answered>
  );
}

/** The refused rows of an import, asked for once somebody wants to see them. */
function RefusedRows({ id, created_at: at }: Pick<Operation, "id" | "created_at">) {
  const [isOpen, setOpen] = useState(false);
  const query = { result: "refused", limit: 100 } as const;
  const rows = useQuery({
    queryKey: ["imports", id, "refused"],
    queryFn: async () =>
      (await body(api.GET("/v1/imports/{import_id}/rows", { params: { path: { import_id: id }, query } }))).items,
    enabled: isOpen,
  });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.refused}</summary>
      {isOpen && (
        <Answered query={rows}>{(lines) => <Refused label={t.refusedOf(dateTime(at))} lines={lines} />}</Answered>
      )}
    </details>
  );
}

function Moves({ one }: { one: Operation }) {
  const queries = useQueryClient();
  const [isAsked, setAsked] = useState(false);
  const go = (how: Move): void =>
    void move(one.id, how)
      .catch(failed)
      .finally(() => queries.invalidateQueries({ queryKey: ["imports"] }));
  const possible: Move[] =
    one.status === "running"
      ? ["pause"]
      : one.status === "paused"
        ? ["resume", "undo"]
        : one.status === "done"
          ? ["undo"]
          : [];
  return (
    <>
      {possible.map((how) => (
        <button key={how} className="button" onClick={() => (how === "undo" ? setAsked(true) : go(how))}>
          {t.moves[how]}
        </button>
      ))}
      <Sheet title={t.undoTitle} isOpen={isAsked} onOpenChange={setAsked}>
        <div className="body">
          <p>{t.undoHow}</p>
          <button
            className="button primary"
            onClick={() => {
              setAsked(false);
              go("undo");
            }}
          >
            {t.moves.undo}
          </button>
        </div>
      </Sheet>
    </>
  );
}
