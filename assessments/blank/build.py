"""Spec -> blank form."""

from django.utils.text import capfirst

from assessments.blank.answers import answer_in_line, answer_to, option_of, width_mm
from assessments.blank.blocks import Answer, BlankForm, Block, Choices, Grid, Line, Lines, Option, Question, Section
from assessments.blank.conditions import condition_in_words
from assessments.form_data import MissingReason
from assessments.form_specs import NOBODY, CrfSpec, FormContext, Item, ItemGroup, RowGroup

OPEN_LINES = 5
"""Empty lines of a repeating group that people add lines to (default)."""
LABEL_MM = 30
PORTRAIT_MM = 182
"""The room between the margins of an upright page; wider tables turn the page."""


def blank_form(
    spec: CrfSpec,
    *,
    trial: str,
    protocol_version: str,
    visit_code: str = "",
    visit_name: str = "",
    context: FormContext = NOBODY,
) -> BlankForm:
    """The form in the active language; `context` knows what the protocol chooses, such as the lines of a panel."""
    builder = _Builder(spec, context)
    blocks = builder.blocks()
    return BlankForm(
        code=spec.code,
        title=str(spec.title),
        trial=trial,
        protocol_version=protocol_version,
        visit_code=visit_code,
        visit_name=visit_name,
        blocks=blocks,
        calculated=builder.calculated(),
        is_landscape=any(_table_mm(block) > PORTRAIT_MM for block in blocks if isinstance(block, Lines)),
    )


def _table_mm(lines: Lines) -> int:
    return LABEL_MM + sum(width_mm(question.answer) for question in lines.questions)


def _reasons() -> tuple[Option, ...]:
    return tuple(Option(str(label)) for _code, label in MissingReason.choices)


class _Builder:
    def __init__(self, spec: CrfSpec, context: FormContext) -> None:
        self.spec, self.context = spec, context

    def blocks(self) -> tuple[Block, ...]:
        rows = [group for group in self.spec.groups if isinstance(group, ItemGroup) and group.in_grid]
        others = tuple(
            self._section(group) if isinstance(group, ItemGroup) else self._lines(group)
            for group in self.spec.groups
            if group not in rows
        )
        return (self._grid(rows), *others) if rows else others

    def calculated(self) -> tuple[str, ...]:
        """Labels of the derived values, those of the lines included."""
        found = [str(self.spec.column(value.name).verbose_name) for value in self.spec.derived]
        for group in self.spec.row_groups:
            found += [f"{group.title}: {group.column(value.name).verbose_name}" for value in group.derived]
        return tuple(capfirst(label) for label in found)

    def _section(self, group: ItemGroup) -> Section:
        return Section(str(group.title), str(group.hint), tuple(self._asked(item) for item in group.items))

    def _asked(self, item: Item) -> Question:
        answers = self.spec.answers(item.name, self.context)
        return self._question(item, answer_to(item, self.spec.column(item.name), answers))

    def _question(self, item: Item, answer: Answer, group: RowGroup | None = None) -> Question:
        column, items = (self.spec.column, self.spec.items) if group is None else (group.column, group.items)
        field = column(item.name)
        return Question(
            name=item.name,
            label=capfirst(str(field.verbose_name)),
            answer=answer,
            unit=str(item.unit),
            hint=str(item.hint),
            only_if=condition_in_words(item.shown_if, items, column),
            is_optional=not item.required,
            reasons=_reasons() if item.required and item.may_be_missing else (),
        )

    def _lines(self, group: RowGroup) -> Lines:
        keys = group.keys_brought(self.context)
        names = [str(group.label(key)) for key in keys] or [str(number) for number in range(1, OPEN_LINES + 1)]
        columns = {item: group.column(item.name) for item in group.items}
        lines = tuple(
            Line(capfirst(name), tuple(answer_in_line(item, column, key) for item, column in columns.items()))
            for key, name in zip(keys or names, names, strict=True)
        )
        widest = [max(answers, key=width_mm) for answers in zip(*(line.answers for line in lines), strict=True)]
        questions = tuple(self._question(item, room, group) for item, room in zip(group.items, widest, strict=True))
        return Lines(
            title=str(group.title),
            hint=str(group.hint),
            only_if=condition_in_words(group.shown_if, self.spec.items, self.spec.column),
            questions=questions,
            lines=lines,
            reasons=" / ".join(reason.text for reason in _reasons()) if any(q.reasons for q in questions) else "",
        )

    def _grid(self, groups: list[ItemGroup]) -> Grid:
        rows = []
        for group in groups:
            fields = [self.spec.column(item.name) for item in group.items]
            answers = tuple(Choices(tuple(Option(str(code)) for code, _word in f.flatchoices)) for f in fields)
            rows.append((str(group.title), str(group.hint), answers))
        heads = tuple(str(head) for head in self.spec.grid_heads)
        legends: dict[str, list[str]] = {}
        for head, item in zip(heads, groups[0].items, strict=True):
            words = "; ".join(option_of(*choice).text for choice in self.spec.column(item.name).flatchoices)
            legends.setdefault(words, []).append(head)
        return Grid(heads, tuple(rows), tuple(f"{', '.join(named)}: {words}" for words, named in legends.items()))
