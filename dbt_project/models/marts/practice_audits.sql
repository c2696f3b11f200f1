{{ practice_figures('practice_audits', ['int_practice__audited']) }}
