/** The page behind a log-in link: it uses the code behind the #, removes it from the address, and goes on to where this tab was, or to Today. */
import { useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Problem } from "../api/client";
import { logIn, onNews, sessionQuery } from "../api/session";
import { texts } from "../texts";
import { Face, Loading, SessionOver } from "../ui/faces";

export function LogIn() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const code = useLocation({ select: ({ hash }) => hash });
  const refused = new URLSearchParams(window.location.search).get("problem");
  const [problem, setProblem] = useState<unknown>();
  const [isIn, setIn] = useState(false);
  const used = useRef("");
  useEffect(() => {
    if (code === "" || used.current === code) return;
    used.current = code; // a code works once, and effects run twice while developing
    logIn(code).then(
      (session) => {
        setIn(true);
        queries.setQueryData(sessionQuery.queryKey, session);
        void navigate({ to: "/", replace: true });
      },
      (error: unknown) => setProblem(error),
    );
  }, [code, navigate, queries]);
  useEffect(
    () =>
      onNews((news) => {
        if (news === "began") window.location.assign("/");
      }),
    [],
  );
  return (
    <main className="alone">
      <h1 className="hidden">{texts.session.logIn}</h1>
      {problem instanceof Problem && problem.status !== 401 ? (
        <Face title={texts.faces.failed}>{problem.detail || texts.faces.offline}</Face>
      ) : problem !== undefined || (code === "" && !isIn) ? (
        <>
          {problem instanceof Problem && <p role="alert">{problem.detail}</p>}
          {refused !== null && <p role="alert">{texts.session.problems[refused] ?? texts.faces.failed}</p>}
          <SessionOver />
        </>
      ) : (
        <>
          <p>{texts.session.entering}</p>
          <Loading rows={2} />
        </>
      )}
    </main>
  );
}
