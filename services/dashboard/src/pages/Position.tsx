/** One position: how it goes, who stands where, and who would come back for it. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { api, body, type Schemas } from "../api/client";
import { number, relative } from "../format";
import type { FunnelSearch } from "../router";
import { texts } from "../texts";
import { Failed, Loading } from "../ui/faces";
import { Page, Tag } from "../ui/parts";
import { PlainLink } from "../ui/PlainLink";
import { PositionFunnel } from "./PositionFunnel";
import "./position.css";

const Board = lazy(() => import("./Board").then((module) => ({ default: module.Board })));
const Returns = lazy(() => import("./PositionReturns").then((module) => ({ default: module.PositionReturns })));
const Matches = lazy(() => import("./PositionMatches").then((module) => ({ default: module.PositionMatches })));
const t = texts.positions;
const TABS = [undefined, "board", "fit", "return"] as const;
const route = getRouteApi("/shell/positions/$position");

export function Position() {
  const { position } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const record = useQuery({
    queryKey: ["position", position],
    queryFn: () => body(api.GET("/v1/positions/{position}", { params: { path: { position } } })),
    retry: false,
  });
  const change = (changed: FunnelSearch): void => void navigate({ search: (before) => ({ ...before, ...changed }) });
  const one = record.data;
  if (record.isError && one === undefined) return <Failed error={record.error} retry={() => void record.refetch()} />;
  return (
    <Page
      title={one?.title ?? one?.references[0] ?? texts.pages.positions}
      aside={
        <nav className="segments" aria-label={t.parts}>
          {TABS.map((tab) => (
            <PlainLink
              key={tab ?? "funnel"}
              from="/positions/$position"
              search={(before) => ({ ...before, tab, who: undefined })}
              current={search.tab === tab && "page"}
            >
              {t.tabs[tab ?? "funnel"]}
            </PlainLink>
          ))}
        </nav>
      }
    >
      <p className="lead">{one && <Facts record={one} />}</p>
      <Suspense fallback={<Loading />}>
        {search.tab === "board" ? (
          <Board position={position} />
        ) : search.tab === "fit" ? (
          <Matches position={position} />
        ) : search.tab === "return" ? (
          <Returns position={position} record={one} />
        ) : (
          <PositionFunnel position={position} record={one} search={search} change={change} />
        )}
      </Suspense>
    </Page>
  );
}

function Facts({ record }: { record: Schemas["Position"] }) {
  const { status, sponsor, level, remote, locations, salary, opened_at } = record;
  const said = [
    sponsor,
    level,
    remote ? t.remote : locations[0]?.city,
    pay(salary),
    opened_at !== null && t.opened(relative(opened_at)),
  ];
  return (
    <>
      <Tag tone={status === "open" ? "good" : undefined}>{t.statuses[status ?? "draft"]}</Tag>{" "}
      {said.filter(Boolean).join(" · ")}
    </>
  );
}

const pay = (salary: Schemas["SalaryRange"] | null): string | null =>
  salary?.max ? `${salary.min ? `${number(salary.min)} – ` : ""}${number(salary.max)} ${salary.currency ?? ""}` : null;
