/** The page behind a log-in link: it uses the code behind the #, removes it from the address, and goes on to Today. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Problem } from "../api/client";
import { logIn, sessionQuery } from "../api/session";
import { texts } from "../texts";
import { Face, Loading, SessionOver } from "../ui/faces";

export function LogIn() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [code] = useState(() => window.location.hash.slice(1));
  const refused = new URLSearchParams(window.location.search).get("problem");
  const [problem, setProblem] = useState<unknown>();
  const used = useRef(false);
  useEffect(() => {
    if (code === "" || used.current) return;
    used.current = true; // a code works once, and effects run twice while developing
    logIn(code).then(
      (session) => {
        queries.setQueryData(sessionQuery.queryKey, session);
        void navigate({ to: "/", replace: true });
      },
      (error: unknown) => setProblem(error),
    );
  }, [code, navigate, queries]);
  return (
    <main className="alone">
      <h1 className="hidden">{texts.session.logIn}</h1>
      {problem instanceof Problem && problem.status !== 401 ? (
        <Face title={texts.faces.failed}>{problem.detail || texts.faces.offline}</Face>
      ) : problem !== undefined || code === "" ? (
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
