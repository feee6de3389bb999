def date_parts(frame):
    """Parts of dates, as a training program would derive them."""
    when = frame["when"]
    return when.dt.month.to_frame("month").assign(hour=when.dt.hour, day=when.dt.dayofweek)
