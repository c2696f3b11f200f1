{{ practice_figures('practice_continuity', ['int_practice__steps', 'int_practice__cases']) }}
