/** Everybody who is known, by what their record says. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { api, body, type Schemas } from "../api/client";
import { may, useSession } from "../api/session";
import { date, number } from "../format";
import type { PeopleSearch } from "../router";
import { texts } from "../texts";
import { Answered, More, part, Table, type Column } from "../ui/answers";
import { Face } from "../ui/faces";
import { Choice, Page, Tag } from "../ui/parts";
import { marked } from "./marked";

const t = texts.people;
const route = getRouteApi("/shell/people");

const COLUMNS: Column<Schemas["Candidate"]>[] = [
  {
    title: t.name,
    cell: (one) => (
      <>
        <Link to="/people/$person" params={{ person: one.person_id }}>
          <Name one={one} />
        </Link>
        <br />
        <small>{one.references[0]}</small>
        {one.matched
          ?.filter(({ field }) => field !== "name")
          .map((hit) => (
            <span key={`${hit.field} ${hit.text}`} className="sentence">
              <small>{t.fields[hit.field] ?? hit.field}</small> <Hit {...hit} />
            </span>
          ))}
      </>
    ),
  },
  {
    title: t.work,
    cell: (one) => (
      <>
        {[one.title, one.company].filter(Boolean).join(", ")}
        <br />
        <small>{[one.level, one.location?.city ?? one.location?.country].filter(Boolean).join(" · ")}</small>
      </>
    ),
  },
  { title: t.market, cell: (one) => one.market_status && <Tag>{t.markets[one.market_status]}</Tag> },
  {
    title: t.skill,
    cell: (one) => (
      <span className="tags">
        {one.skills.slice(0, 5).map((skill) => (
          <Tag key={skill}>{skill}</Tag>
        ))}
        {one.skills.length > 5 && <small>+{number(one.skills.length - 5)}</small>}
      </span>
    ),
  },
  {
    title: t.lastContact,
    cell: (one) =>
      one.learned.last_contact_at && (
        <time dateTime={one.learned.last_contact_at}>{date(one.learned.last_contact_at)}</time>
      ),
  },
];

type Matched = NonNullable<Schemas["Candidate"]["matched"]>[number];

/** A value with the words that were searched for marked in it. */
function Hit({ text, spans }: Matched) {
  return marked(
    spans.map((span) => ({ severity: "found", span })),
    text,
  );
}

function Name({ one }: { one: Schemas["Candidate"] }) {
  const hit = one.matched?.find(({ field }) => field === "name");
  return hit === undefined ? (one.name ?? one.references[0] ?? texts.unnamed) : <Hit {...hit} />;
}

export function People() {
  const session = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = {
    q: search.q,
    skill: search.skill
      ?.split(",")
      .map((one) => one.trim())
      .filter(Boolean),
    level: search.level as Schemas["Level"] | undefined,
    market_status: search.status as Schemas["MarketStatus"] | undefined,
  };
  const found = useInfiniteQuery({
    queryKey: ["candidates", query],
    queryFn: ({ pageParam }) =>
      body(api.GET("/v1/candidates", { params: { query: { ...query, limit: 50, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const first = found.data?.pages[0];
  const change = (changed: PeopleSearch): void => void navigate({ search: (before) => ({ ...before, ...changed }) });
  return (
    <Page
      title={texts.pages.people}
      aside={
        may(session, "candidates:write") && (
          <Link className="button" to="/people/import">
            {texts.imports.open}
          </Link>
        )
      }
    >
      <form
        className="filters"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget);
          const said = (name: string): string | undefined => String(typed.get(name)).trim() || undefined;
          change({ q: said("q"), skill: said("skill") });
        }}
      >
        <label className="choice">
          <span>{t.words}</span>
          <input
            name="q"
            type="search"
            maxLength={200}
            defaultValue={search.q}
            key={search.q}
            placeholder={t.wordsHow}
          />
        </label>
        <label className="choice">
          <span>{t.skill}</span>
          <input
            name="skill"
            type="search"
            defaultValue={search.skill}
            key={`skill ${search.skill ?? ""}`}
            placeholder={t.skillHow}
          />
        </label>
        <Choice
          label={texts.queue.level}
          any={texts.queue.anyLevel}
          value={search.level}
          options={texts.levels.map((one) => [one, one] as const)}
          onChange={(level) => change({ level })}
        />
        <Choice
          label={t.market}
          any={t.anyMarket}
          value={search.status}
          options={Object.entries(t.markets)}
          onChange={(status) => change({ status })}
        />
        <button className="button">{t.search}</button>
      </form>
      {search.q !== undefined && first?.total !== undefined && (
        <p className="note found" role="status">
          {t.found(number(first.total), first.total_is_capped ?? false)}{" "}
          {first.total > 0 && t.foundBy[first.found_by ?? "words"]}
        </p>
      )}
      <div className="panel">
        <Answered
          query={part(found, (all) => all.pages.flatMap((page) => page.items))}
          empty={<Face title={t.empty}>{t.emptyHow}</Face>}
        >
          {(people) => <Table label={texts.pages.people} keyOf={(one) => one.id} rows={people} columns={COLUMNS} />}
        </Answered>
      </div>
      <More query={found} label={t.more} />
    </Page>
  );
}
