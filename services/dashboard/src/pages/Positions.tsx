/** All positions, each with a small funnel and its age. */
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { api, body, type Schemas } from "../api/client";
import { usePositions } from "../api/people";
import { number, percent, relative } from "../format";
import { texts } from "../texts";
import { Face, Failed, Loading } from "../ui/faces";
import { Choice, Page, Tag } from "../ui/parts";
import { Spark } from "../ui/Spark";

const t = texts.positions;
const route = getRouteApi("/shell/positions");

export function Positions() {
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const positions = usePositions();
  const funnels = useQuery({
    queryKey: ["funnel", "by position"],
    queryFn: () =>
      body(api.GET("/v1/analytics/funnel", { params: { query: { group_by: "position", limit: 500 } } })) as Promise<
        Schemas["GroupedFunnel"]
      >,
    refetchInterval: 15_000,
  });
  const funnelOf = new Map(funnels.data?.groups.map((one) => [one.key, one]));
  const shown = (positions.data ?? []).filter((one) => status === undefined || one.status === status);
  return (
    <Page
      title={texts.pages.positions}
      aside={
        <Choice
          label={t.status}
          any={t.anyStatus}
          value={status}
          options={Object.entries(t.statuses)}
          onChange={(value) => void navigate({ search: { status: value } })}
        />
      }
    >
      <div className="panel">
        {positions.isError ? (
          <Failed error={positions.error} retry={() => void positions.refetch()} />
        ) : positions.data === undefined ? (
          <Loading />
        ) : shown.length === 0 ? (
          <Face title={t.empty}>{t.emptyHow}</Face>
        ) : (
          <div className="scroll" tabIndex={0} role="region" aria-label={texts.pages.positions}>
            <table className="data">
              <thead>
                <tr>
                  <th scope="col">{t.title}</th>
                  <th scope="col">{t.status}</th>
                  <th scope="col">{t.funnel}</th>
                  <th scope="col" className="num">
                    {t.contacted}
                  </th>
                  <th scope="col" className="num">
                    {t.responded}
                  </th>
                  <th scope="col" className="num">
                    {t.hired}
                  </th>
                  <th scope="col">{t.age}</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((one) => {
                  const stages = funnelOf.get(one.id)?.stages ?? [];
                  const reached = (name: string): number => stages.find(({ stage }) => stage === name)?.reached ?? 0;
                  const contacted = reached("contacted");
                  return (
                    <tr key={one.id}>
                      <td>
                        <Link to="/positions/$position" params={{ position: one.id }}>
                          {one.title ?? one.references[0]}
                        </Link>
                        <br />
                        <small>
                          {[one.sponsor, one.level, one.remote ? t.remote : null].filter(Boolean).join(" · ")}
                        </small>
                      </td>
                      <td>
                        <Tag tone={one.status === "open" ? "good" : undefined}>
                          {t.statuses[one.status ?? "draft"] ?? one.status}
                        </Tag>
                      </td>
                      <td>
                        <Spark values={stages.map(({ reached: value }) => value)} />
                      </td>
                      <td className="num">{number(contacted)}</td>
                      <td className="num">
                        {number(reached("responded"))}{" "}
                        {contacted > 0 && <small>{percent(reached("responded") / contacted)}</small>}
                      </td>
                      <td className="num">{number(reached("hired"))}</td>
                      <td>
                        {one.opened_at !== null && <time dateTime={one.opened_at}>{relative(one.opened_at)}</time>}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Page>
  );
}
