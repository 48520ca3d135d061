"""What was read of a resume, as JSON."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

Confidence = Annotated[float, Field(description="How sure it is, from 0 to 1; below 0.6 it is no field.", examples=[0.9])]
_MONTH = "A month, or a year where no month is said; null where neither is."


class ResumePlace(BaseModel):
    """Where it stands."""

    page: Annotated[int, Field(description="The page, counted from 1.", examples=[1])]
    line: Annotated[int, Field(description="The line on the page, counted from 1.", examples=[3])]


class _Found(BaseModel):
    confidence: Confidence
    place: Annotated[ResumePlace, Field(description="Where it stands in the document.")]


class ResumeValue(_Found):
    """A value."""

    value: Annotated[str, Field(description="The value.", examples=["Ada Byron"])]


class ResumeYears(_Found):
    """Years of work."""

    value: Annotated[float, Field(description="Years in which somebody worked; what overlaps counts once.", examples=[6.5])]


class ResumeLocation(_Found):
    """A town."""

    city: Annotated[str | None, Field(description="The town.", examples=["London"])]
    country: Annotated[str | None, Field(description="Its country, ISO 3166-1 alpha-2.", examples=["GB"])]


class _Dated(_Found):
    begins: Annotated[str | None, Field(alias="from", description=_MONTH, examples=["2020-03"])]
    ends: Annotated[str | None, Field(alias="to", description=_MONTH, examples=["2024"])]
    is_open: Annotated[bool, Field(description="Whether it has not ended.", examples=[False])]


class ResumePosition(_Dated):
    """A place of work."""

    company: Annotated[str | None, Field(description="The firm.", examples=["Analytical Engines"])]
    title: Annotated[str | None, Field(description="What somebody was there.", examples=["Engineer"])]


class ResumeSchool(_Dated):
    """A school."""

    school: Annotated[str | None, Field(description="The school.", examples=["University of London"])]
    degree: Annotated[str | None, Field(description="The degree with its subject.", examples=["BSc Mathematics"])]


class ResumeLanguage(_Found):
    """A language that somebody speaks."""

    language: Annotated[str, Field(description="ISO 639-1.", examples=["en"])]
    proficiency: Annotated[
        Literal["native", "fluent", "good", "basic"] | None, Field(description="How well; null: not said.", examples=["native"])
    ]


class ReadResume(BaseModel):
    """What a resume states, each with how sure that is and where it stands."""

    line: Annotated[int, Field(description="Its row; in an archive the file's place, counted from 1.", examples=[1])]
    name: Annotated[ResumeValue | None, Field(description="Whom it is of.")]
    emails: Annotated[list[ResumeValue], Field(description="E-mail addresses.")]
    phones: Annotated[list[ResumeValue], Field(description="Telephone numbers; in E.164 where their country is known.")]
    links: Annotated[list[ResumeValue], Field(description="Links.")]
    location: Annotated[ResumeLocation | None, Field(description="Where somebody lives.")]
    positions: Annotated[list[ResumePosition], Field(description="Places of work, as the resume orders them.")]
    schools: Annotated[list[ResumeSchool], Field(description="Schools.")]
    skills: Annotated[list[ResumeValue], Field(description="Skills in their one spelling.")]
    languages: Annotated[list[ResumeLanguage], Field(description="Languages that somebody speaks.")]
    years_experience: Annotated[ResumeYears | None, Field(description="Years of work.")]
    level: Annotated[ResumeValue | None, Field(description="The level of the latest title.")]
    is_complete: Annotated[bool, Field(description="Whether all of its lines were read.", examples=[True])]
