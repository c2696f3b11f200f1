{{ practice_figures('practice_supervision', ['int_practice__supervised', 'int_practice__trained']) }}
