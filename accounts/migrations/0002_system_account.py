"""The account that scheduled work and the first set-up write under; nobody can sign in with it."""

from django.db import migrations

from audit.context import signed_for

USERNAME = "dermis.system"


def create(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_user', 'id'))")
        (pk,) = cursor.fetchone()
    with signed_for(user=pk, reason="Installation"):
        apps.get_model("accounts", "User").objects.create(
            pk=pk,
            username=USERNAME,
            full_name="Dermis",
            email="dermis@invalid.invalid",
            password="!",
            is_active=False,
        )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    # The account is kept when the migration is taken back: accounts are never deleted.
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
