"""The table of instruments. Adding one: its folder, a line here, a migration (see CONTRIBUTING.md)."""

from functools import cache

from assessments.form_specs import CrfSpec
from assessments.instruments.bsa.spec import SPEC as BSA
from assessments.instruments.demographics.spec import SPEC as DEMOGRAPHICS
from assessments.instruments.dlqi.spec import SPEC as DLQI
from assessments.instruments.end_of_study.spec import SPEC as END_OF_STUDY
from assessments.instruments.end_of_treatment.spec import SPEC as END_OF_TREATMENT
from assessments.instruments.immune_markers.spec import SPEC as IMMUNE_MARKERS
from assessments.instruments.infusion.spec import SPEC as INFUSION
from assessments.instruments.infusion_vital_signs.spec import SPEC as INFUSION_VITAL_SIGNS
from assessments.instruments.laboratory.spec import SPEC as LABORATORY
from assessments.instruments.medical_history.spec import SPEC as MEDICAL_HISTORY
from assessments.instruments.methotrexate.spec import SPEC as METHOTREXATE
from assessments.instruments.pasi.spec import SPEC as PASI
from assessments.instruments.pga.spec import SPEC as PGA
from assessments.instruments.physical_examination.spec import SPEC as PHYSICAL_EXAMINATION
from assessments.instruments.pregnancy_test.spec import SPEC as PREGNANCY_TEST
from assessments.instruments.previous_treatment.spec import SPEC as PREVIOUS_TREATMENT
from assessments.instruments.pruritus_vas.spec import SPEC as PRURITUS_VAS
from assessments.instruments.psoriasis_history.spec import SPEC as PSORIASIS_HISTORY
from assessments.instruments.reproductive_status.spec import SPEC as REPRODUCTIVE_STATUS
from assessments.instruments.serology.spec import SPEC as SEROLOGY
from assessments.instruments.tumour_markers.spec import SPEC as TUMOUR_MARKERS
from assessments.instruments.vital_signs.spec import SPEC as VITAL_SIGNS
from assessments.instruments.zung_sas.spec import SPEC as ZUNG_SAS
from assessments.instruments.zung_sds.spec import SPEC as ZUNG_SDS
from patients.eligibility import CONSENT_GIVEN
from protocols.catalogue import Catalogue, FormLines

INSTRUMENTS: dict[str, CrfSpec] = {
    spec.code: spec
    for spec in (
        DEMOGRAPHICS,
        PSORIASIS_HISTORY,
        MEDICAL_HISTORY,
        PREVIOUS_TREATMENT,
        REPRODUCTIVE_STATUS,
        VITAL_SIGNS,
        PHYSICAL_EXAMINATION,
        PASI,
        BSA,
        PGA,
        PRURITUS_VAS,
        DLQI,
        ZUNG_SAS,
        ZUNG_SDS,
        LABORATORY,
        TUMOUR_MARKERS,
        IMMUNE_MARKERS,
        SEROLOGY,
        PREGNANCY_TEST,
        INFUSION,
        INFUSION_VITAL_SIGNS,
        METHOTREXATE,
        END_OF_TREATMENT,
        END_OF_STUDY,
    )
}


@cache
def catalogue() -> Catalogue:
    """What protocols may name: the facts that each form publishes, and those of every subject."""
    return Catalogue(
        forms={code: spec.facts for code, spec in INSTRUMENTS.items()},
        always=(CONSENT_GIVEN,),
        lines={code: _lines(spec) for code, spec in INSTRUMENTS.items() if spec.panel},
    )


def _lines(spec: CrfSpec) -> FormLines:
    facts = {
        key: frozenset(publication.fact.code for publication in spec.publishes if publication.key == key)
        for key in spec.panel
    }
    return FormLines(facts, must_be_chosen=spec.needs_panel)
