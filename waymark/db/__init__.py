"""The database side of the package: installing the engine, and an embedded Postgres to install it into."""
