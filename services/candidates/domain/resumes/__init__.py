"""Resumes: what a document of any kind states of a person, each with its place and how sure it is. Pure."""
