"""Who is calling: logins, sessions, access tokens, and whether they still stand."""
