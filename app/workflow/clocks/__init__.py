"""Working time: the calendar, clocks that stop, alarms of steps, timers of diagrams."""
