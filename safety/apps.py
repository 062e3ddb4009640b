from django.apps import AppConfig


class SafetyConfig(AppConfig):
    name = "safety"

    def ready(self) -> None:
        from notifications.kinds import register
        from safety.alert_words import STOPPING_RULE

        register(STOPPING_RULE)
