"""What chapters train: functions from settings to an ``xarray.Dataset``, tested by themselves."""
