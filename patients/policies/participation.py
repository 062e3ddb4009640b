"""Whether a subject takes part."""

from patients.models import SubjectStatus

ENDED = frozenset({SubjectStatus.SCREEN_FAILURE, SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN})
BEFORE_ENROLMENT = frozenset({SubjectStatus.SCREENING, SubjectStatus.ELIGIBLE})
