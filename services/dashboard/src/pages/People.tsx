/** Everybody who is known, by what their record says. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { api, body, type Schemas } from "../api/client";
import { date, number } from "../format";
import type { PeopleSearch } from "../router";
import { texts } from "../texts";
import { Face, Failed, Loading } from "../ui/faces";
import { Choice, Page, Tag } from "../ui/parts";

const t = texts.people;
const route = getRouteApi("/shell/people");

export function People() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = {
    skill: search.skill,
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
  const change = (changed: PeopleSearch): void => void navigate({ search: (before) => ({ ...before, ...changed }) });
  const people = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={texts.pages.people}>
      <form
        className="filters"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          change({ skill: String(new FormData(event.currentTarget).get("skill")) || undefined });
        }}
      >
        <label className="choice">
          <span>{t.skill}</span>
          <input name="skill" type="search" defaultValue={search.skill} key={search.skill} placeholder={t.skillHow} />
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
      <div className="panel">
        {found.isError && found.data === undefined ? (
          <Failed error={found.error} retry={() => void found.refetch()} />
        ) : found.data === undefined ? (
          <Loading />
        ) : people.length === 0 ? (
          <Face title={t.empty}>{t.emptyHow}</Face>
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label={texts.pages.people}>
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">{t.name}</th>
                  <th scope="col">{t.work}</th>
                  <th scope="col">{t.market}</th>
                  <th scope="col">{t.skill}</th>
                  <th scope="col">{t.lastContact}</th>
                </tr>
              </thead>
              <tbody>
                {people.map((one) => (
                  <tr key={one.id}>
                    <td>
                      <Link to="/people/$person" params={{ person: one.person_id }}>
                        {one.name ?? one.references[0] ?? texts.unnamed}
                      </Link>
                      <br />
                      <small>{one.references[0]}</small>
                    </td>
                    <td>
                      {[one.title, one.company].filter(Boolean).join(", ")}{" "}
                      <small>
                        {[one.level, one.location?.city ?? one.location?.country].filter(Boolean).join(" · ")}
                      </small>
                    </td>
                    <td>{one.market_status && <Tag>{t.markets[one.market_status]}</Tag>}</td>
                    <td>
                      <span className="tags">
                        {one.skills.slice(0, 5).map((skill) => (
                          <Tag key={skill}>{skill}</Tag>
                        ))}
                        {one.skills.length > 5 && <small>+{number(one.skills.length - 5)}</small>}
                      </span>
                    </td>
                    <td>{one.learned.last_contact_at && <time>{date(one.learned.last_contact_at)}</time>}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
      {found.hasNextPage && (
        <p className="more">
          <button className="button" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {t.more}
          </button>
        </p>
      )}
    </Page>
  );
}
