"""The tables of what happened: reports, incidents, assignments, photos, history. One file a thing."""

from incidents.records.models.actions import ActionRecord
from incidents.records.models.assignments import Assignment, Pause, ReturnReason, UnitWork
from incidents.records.models.audiences import IncidentAudience
from incidents.records.models.categories import Category
from incidents.records.models.complaints import Complaint
from incidents.records.models.exercises import Exercise
from incidents.records.models.history import History
from incidents.records.models.incidents import Incident
from incidents.records.models.looks import PersonalLook
from incidents.records.models.notes import Note
from incidents.records.models.photos import Photo, Redaction
from incidents.records.models.reporters import Reporter
from incidents.records.models.reports import NextStep, Report, ReportWords, Source

__all__ = [
    "ActionRecord",
    "Assignment",
    "Category",
    "Complaint",
    "Exercise",
    "History",
    "Incident",
    "IncidentAudience",
    "NextStep",
    "Note",
    "Pause",
    "PersonalLook",
    "Photo",
    "Redaction",
    "Report",
    "ReportWords",
    "Reporter",
    "ReturnReason",
    "Source",
    "UnitWork",
]
