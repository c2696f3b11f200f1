{#- The lists of Annex A in their order, each with its mandatory columns as raw has them: those that pass the door. A test
    holds them to the return's declaration. -#}
{% macro annex_a_lists() -%}
    {{ return([
        ('contacts', [
            'child_pseudonym', 'gender', 'ethnicity', 'contact_date', 'source'
        ]),
        ('early_help', [
            'child_pseudonym', 'gender', 'ethnicity', 'assessment_start'
        ]),
        ('referrals', [
            'child_pseudonym', 'gender', 'ethnicity', 'referral_date', 'source', 'no_further_action',
            'referrals_12_months', 'team'
        ]),
        ('assessments', [
            'child_pseudonym', 'gender', 'ethnicity', 'disability', 'assessment_start', 'team'
        ]),
        ('section_47', [
            'child_pseudonym', 'gender', 'ethnicity', 'disability', 'strategy_date', 'section_47_12_months',
            'conferences_12_months', 'team'
        ]),
        ('children_in_need', [
            'child_pseudonym', 'gender', 'ethnicity', 'disability', 'cin_start', 'need', 'case_status', 'team'
        ]),
        ('child_protection', [
            'child_pseudonym', 'gender', 'ethnicity', 'disability', 'plan_start', 'abuse_first', 'abuse_latest',
            'emergency_protection', 'plans_before', 'team'
        ]),
        ('children_in_care', [
            'child_pseudonym', 'gender', 'ethnicity', 'uasc', 'disability', 'care_start', 'need', 'care_again',
            'legal_status_start', 'legal_status', 'placements_12_months', 'placement_start', 'placement',
            'provider', 'placement_sector', 'in_or_out', 'missing_12_months', 'absent_12_months', 'team'
        ]),
        ('care_leavers', [
            'child_pseudonym', 'gender', 'ethnicity', 'disability', 'team', 'eligibility', 'in_touch'
        ]),
        ('adoption', [
            'child_pseudonym', 'gender', 'ethnicity', 'disability', 'entered_care', 'decision'
        ]),
        ('adopters', [
            'adopter_pseudonym', 'gender', 'ethnicity', 'disability', 'fostering_for_adoption', 'enquiry'
        ])
    ]) }}
{%- endmacro %}
