/** What the records of two people say beside each other, and which value would count if they were one. */
import type { Schemas } from "../api/client";
import { texts } from "../texts";
import { fieldName, nameIn, valueOf } from "./duplicates";

const t = texts.duplicates;

type Field = Schemas["PreviewedField"];
const ORDER = Object.keys(texts.imports.fields);

/** Names first, and the rest as imports list them. */
const inOrder = (fields: readonly Field[]): Field[] => {
  const place = ({ field }: Field): number => (ORDER.includes(field) ? ORDER.indexOf(field) : ORDER.length);
  return fields.toSorted((one, other) => place(one) - place(other));
};

interface Props {
  pair: Schemas["PreviewedPair"];
  preview: Schemas["MergePreview"];
  survivor: string;
  /** Choose who stands for the person; undefined where that cannot be chosen. */
  onSurvivor: ((person: string) => void) | undefined;
}

export function SideBySide({ pair, preview, survivor, onSurvivor }: Props) {
  const two = pair.candidates;
  return (
    <table className="beside-each-other">
      <caption className="hidden">{t.table}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="hidden">{t.field}</span>
          </th>
          {two.map((one) => (
            <th key={one.id} scope="col">
              <strong>{nameIn(one)}</strong>
              {one.references.map((reference) => (
                <code key={reference}>{reference}</code>
              ))}
              {onSurvivor && (
                <label className="check">
                  <input
                    type="radio"
                    name="survivor"
                    checked={one.id === survivor}
                    onChange={() => onSurvivor(one.id)}
                    aria-label={t.standsOf(nameIn(one))}
                  />
                  {t.stands}
                </label>
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {inOrder(preview.fields).map((one) => {
          const isSame = valueOf(one.field, one.value) === valueOf(one.field, one.other_value);
          return (
            <tr key={one.field}>
              <th scope="row">{fieldName(one.field)}</th>
              {two.map(({ id }) =>
                isSame ? (
                  <td key={id}>{valueOf(one.field, one.value)}</td>
                ) : one.candidate_id === id ? (
                  <td key={id} className="counts">
                    <span className="value">
                      {valueOf(one.field, one.value) || t.cleared}
                      <span className="hidden"> {t.counts}</span>
                    </span>
                    <small>
                      {texts.person.by(one.source)}: {one.why}
                    </small>
                  </td>
                ) : (
                  <td key={id} className="lost">
                    {valueOf(one.field, one.other_value) || "–"}
                  </td>
                ),
              )}
            </tr>
          );
        })}
        {Object.entries(preview.lists).map(([name, items]) => (
          <tr key={name}>
            <th scope="row">{fieldName(name)}</th>
            {two.map(({ id }) => {
              const theirs = items.filter(({ candidate_ids: ids }) => ids.includes(id));
              return (
                <td key={id} className={theirs.length > 0 ? "counts" : "lost"}>
                  {theirs.length === 0 && "–"}
                  {theirs.map(({ value }) => (
                    <span key={value} className="value">
                      {value}
                    </span>
                  ))}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
