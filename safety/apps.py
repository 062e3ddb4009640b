from django.apps import AppConfig


class SafetyConfig(AppConfig):
    name = "safety"

    def ready(self) -> None:
        from notifications.kinds import register
        from safety.alert_words import STOPPING_RULE
        from safety.case_words import register_kinds
        from safety.clock_reminders import SAFETY_CLOCK

        register_kinds()
        for kind in (SAFETY_CLOCK, STOPPING_RULE):
            register(kind)
