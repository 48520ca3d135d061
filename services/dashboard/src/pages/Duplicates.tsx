/** People who may be one: the suspected pairs, and the chosen one side by side. */
import { getRouteApi } from "@tanstack/react-router";
import { useDuplicates, type Pair } from "../api/duplicates";
import { may, useSession } from "../api/session";
import { percent } from "../format";
import { useHeld } from "../held";
import { texts } from "../texts";
import { Answered, More, part } from "../ui/answers";
import { Face } from "../ui/faces";
import { useKeys } from "../ui/keys";
import { Page, Priority, Tag } from "../ui/parts";
import { PlainLink } from "../ui/PlainLink";
import { nameIn } from "./duplicates";
import { DuplicatePair } from "./DuplicatePair";
import "./duplicates.css";

const t = texts.duplicates;
const route = getRouteApi("/shell/duplicates");

export function Duplicates() {
  const session = useSession();
  const { status = "open", pair: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const isAllowed = may(session, "contact_details:read");
  const found = useDuplicates(status, isAllowed);
  const { shown, fresh, refresh } = useHeld(
    found.data?.pages.flatMap((page) => page.items) ?? [],
    found.data === undefined ? "" : status,
    chosen !== undefined,
  );
  const choose = (pair: string | undefined): void =>
    void navigate({ search: (before) => ({ ...before, pair }), replace: true });
  const move = (by: number): void => {
    const at = shown.findIndex((one) => one.id === chosen);
    const next = shown[at === -1 ? 0 : Math.min(Math.max(at + by, 0), shown.length - 1)];
    if (next !== undefined) choose(next.id);
  };
  useKeys({
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    Escape: () => choose(undefined),
  });
  if (!isAllowed)
    return (
      <Face isPage title={texts.faces.forbidden}>
        {texts.faces.forbiddenHow}
      </Face>
    );
  return (
    <Page title={texts.pages.duplicates}>
      <div className="filters" role="group" aria-label={t.show}>
        <div className="segments">
          {(["open", "not_the_same"] as const).map((one) => (
            <PlainLink
              key={one}
              to="/duplicates"
              search={one === "open" ? {} : { status: one }}
              current={one === status && "page"}
            >
              {t.statuses[one]}
            </PlainLink>
          ))}
        </div>
      </div>
      <div className={chosen === undefined ? "queue" : "queue opened"}>
        <div>
          <div className="panel">
            <div role="status">
              {fresh > 0 && (
                <button className="fresh" onClick={refresh}>
                  {texts.queue.fresh(fresh)}
                </button>
              )}
            </div>
            <Answered
              query={part(found, () => shown)}
              empty={<Face title={t.empty[status]}>{t.emptyHow[status]}</Face>}
            >
              {(pairs) => <Pairs pairs={pairs} chosen={chosen} />}
            </Answered>
          </div>
          <More query={found} label={texts.people.more} />
        </div>
        {chosen !== undefined && <DuplicatePair key={chosen} id={chosen} close={() => choose(undefined)} />}
      </div>
    </Page>
  );
}

/** Each pair with its score and what speaks most for it. */
function Pairs({ pairs, chosen }: { pairs: readonly Pair[]; chosen: string | undefined }) {
  return (
    <ul className="rows pairs" aria-label={t.list}>
      {pairs.map((one) => (
        <li key={one.id}>
          <PlainLink
            className="row"
            from="/duplicates"
            search={(before) => ({ ...before, pair: one.id })}
            current={one.id === chosen && "true"}
            preload={false}
          >
            <Priority value={Math.round(one.score * 100)} label={t.score} />
            <span className="grow">
              <strong>{one.candidates.map(nameIn).join(t.and)}</strong>
              <span className="sentence">
                {one.evidence
                  .filter(({ weight }) => weight > 0)
                  .map(({ why }) => why)
                  .join("; ")}
              </span>
            </span>
            <Tag tone={one.judgement === "likely" ? "accent" : undefined}>{t.judgements[one.judgement]}</Tag>
            <span className="hidden">{percent(one.score)}</span>
          </PlainLink>
        </li>
      ))}
    </ul>
  );
}
