-- Being heard of is not a change of a client: only what describes it moves updated_at.
DROP TRIGGER api_clients_updated_at ON api_clients;
CREATE TRIGGER api_clients_updated_at BEFORE UPDATE OF name, mode, scopes, networks, expires_at, revoked_at, version
    ON api_clients FOR EACH ROW EXECUTE FUNCTION set_updated_at();
