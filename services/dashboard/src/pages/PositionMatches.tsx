/** Who fits a position, by what it asks: requirements, needs, pay and place, each with why. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, body, type Schemas } from "../api/client";
import { number } from "../format";
import { texts } from "../texts";
import { Answered, More, part } from "../ui/answers";
import { Face } from "../ui/faces";
import { Panel, Tag, type Tone } from "../ui/parts";

const t = texts.matches;
const FITS = ["met", "possible"] as const;
const TONES: Record<Schemas["Answer"], Tone | undefined> = { met: "good", not_met: "bad", not_known: undefined };

export function PositionMatches({ position }: { position: string }) {
  const [fit, setFit] = useState<(typeof FITS)[number]>("met");
  const matches = useInfiniteQuery({
    queryKey: ["matches", position, fit],
    queryFn: ({ pageParam }) =>
      body(
        api.GET("/v1/positions/{position}/matches", {
          params: { path: { position }, query: { fit, limit: 50, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const first = matches.data?.pages[0];
  return (
    <Panel
      title={t.title}
      count={first?.total}
      action={
        <div className="segments" role="group" aria-label={t.fit}>
          {FITS.map((one) => (
            <button key={one} aria-pressed={fit === one} onClick={() => setFit(one)}>
              {t.fits[one]}
            </button>
          ))}
        </div>
      }
    >
      <Answered
        query={part(matches, ({ pages }) => pages.flatMap((page) => page.items))}
        empty={<Face title={t.empty}>{fit === "met" ? t.emptyHow : undefined}</Face>}
      >
        {(items) => (
          <ul className="rows">
            {items.map((one) => (
              <Match key={one.candidate_id} match={one} />
            ))}
          </ul>
        )}
      </Answered>
      <More query={matches} label={texts.people.more} />
    </Panel>
  );
}

function Match({ match }: { match: Schemas["PersonMatch"] }) {
  const { needs, needs_met: met, missing } = match;
  const said: [Schemas["Answer"], string][] = [
    ...[...match.requirements, ...needs].map(({ answer, text, why }): [Schemas["Answer"], string] => [
      answer,
      `${text}: ${why}`,
    ]),
    [match.salary, t.salary[match.salary]],
    [match.place, t.place[match.place]],
  ];
  return (
    <li className="row">
      <span className="grow">
        <Link to="/people/$person" params={{ person: match.candidate_id }}>
          <strong>{match.name ?? match.references[0] ?? texts.unnamed}</strong>
        </Link>
        <span className="sentence">
          {[
            match.title,
            match.level,
            match.market_status && texts.people.markets[match.market_status],
            missing.length > 0 && t.missing(missing.join(", ")),
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
        <details>
          <summary>{needs.length > 0 ? t.needs(number(met), number(needs.length)) : t.why}</summary>
          <ul className="answers">
            {said.map(([answer, text]) => (
              <li key={text}>
                <Tag tone={TONES[answer]}>{t.answers[answer]}</Tag> <span>{text}</span>
              </li>
            ))}
          </ul>
        </details>
      </span>
      <span className="tags">
        {(["salary", "place"] as const)
          .filter((what) => match[what] === "not_met")
          .map((what) => (
            <Tag key={what} tone="warn">
              {t.against[what]}
            </Tag>
          ))}
      </span>
    </li>
  );
}
