from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("patients", "0004_number_the_enrolled")]

    operations = [
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('arm_code', ''), ('enrolled_on', None), ('enrolment_number', None)), models.Q(('enrolled_on__isnull', False), ('enrolment_number__isnull', False), models.Q(('arm_code', ''), _negated=True)), _connector='OR'), name='patients_subject_enrolled_has_arm_day_number'),
        ),
    ]
