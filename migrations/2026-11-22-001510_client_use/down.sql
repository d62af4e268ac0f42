DROP TRIGGER api_clients_updated_at ON api_clients;
CREATE TRIGGER api_clients_updated_at BEFORE UPDATE ON api_clients FOR EACH ROW EXECUTE FUNCTION set_updated_at();
