"""The new-type power system: profiles, network, expansion, dispatch, forecasts."""
