-- Money: plans, subscriptions, invoices, usage (hash partitions).
SET search_path = billing, public;
CREATE TABLE currencies (code char(3) PRIMARY KEY, name text NOT NULL, minor_units smallint NOT NULL DEFAULT 2);
INSERT INTO currencies VALUES ('CNY', '人民币', 2), ('EUR', 'Euro', 2), ('USD', 'US dollar', 2), ('JPY', 'Yen', 0);
CREATE TABLE plans (code text PRIMARY KEY, name text NOT NULL, device_limit int CHECK (device_limit > 0), features text[] NOT NULL);
INSERT INTO plans VALUES ('free', 'Free', 10, '{}'), ('team', 'Team', 500, '{alerts,ota}'), ('enterprise', '企业版', NULL, '{alerts,ota,sso,audit}');
CREATE TABLE plan_prices (
    plan_code text NOT NULL REFERENCES plans, currency char(3) NOT NULL REFERENCES currencies, price amount NOT NULL, valid daterange NOT NULL,
    EXCLUDE USING gist (plan_code WITH =, currency WITH =, valid WITH &&));
INSERT INTO plan_prices
SELECT p.code, c.code, round((ascii(p.code) * 1.5 + y)::numeric, 2), daterange(make_date(2022 + y, 1, 1), make_date(2023 + y, 1, 1))
FROM plans p, currencies c, generate_series(1, 4) AS y;
CREATE TABLE subscriptions (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES public.tenants, plan_code text NOT NULL REFERENCES plans ON UPDATE CASCADE,
    term tstzrange NOT NULL, seats int NOT NULL DEFAULT 1 CHECK (seats > 0), discount public.percentage NOT NULL DEFAULT 0,
    EXCLUDE USING gist (tenant_id WITH =, term WITH &&));
INSERT INTO subscriptions (tenant_id, plan_code, term, seats, discount)
SELECT t, public.pick(ARRAY['team', 'enterprise', 'free'], t + y), tstzrange(make_timestamptz(2022 + y, 2, 1, 0, 0, 0, 'UTC'), make_timestamptz(2023 + y, 2, 1, 0, 0, 0, 'UTC')), 5 * t, t % 30
FROM generate_series(1, 40) AS t, generate_series(1, 4) AS y;
CREATE SEQUENCE invoice_number START 20260001;
CREATE TABLE invoices (
    number bigint PRIMARY KEY DEFAULT nextval('billing.invoice_number'), subscription_id int NOT NULL REFERENCES subscriptions, currency char(3) NOT NULL REFERENCES currencies,
    state invoice_state NOT NULL DEFAULT 'draft', issued_on date, due_on date GENERATED ALWAYS AS (issued_on + 30) STORED,
    net amount NOT NULL, tax_rate numeric(4, 3) NOT NULL CHECK (tax_rate BETWEEN 0 AND 0.5), gross numeric GENERATED ALWAYS AS (round(net * (1 + tax_rate), 2)) STORED, pdf bytea);
ALTER SEQUENCE invoice_number OWNED BY invoices.number;
INSERT INTO invoices (subscription_id, currency, state, issued_on, net, tax_rate, pdf)
SELECT 1 + i % 160, public.pick(ARRAY['CNY', 'EUR', 'USD', 'JPY'], i), public.pick(ARRAY['paid', 'paid', 'issued', 'overdue', 'void', 'draft'], i)::invoice_state, date '2024-01-01' + i / 8, (i * 37 % 5000) + 0.99, 0.19, CASE WHEN i % 20 = 0 THEN '\x255044462d312e37'::bytea || sha256(i::text::bytea) END
FROM generate_series(1, 8000) AS i;
CREATE INDEX invoices_unpaid_idx ON invoices (issued_on) INCLUDE (gross, currency) WHERE state IN ('issued', 'overdue');
CREATE TABLE invoice_lines (
    invoice_number bigint NOT NULL REFERENCES invoices ON DELETE CASCADE, line_no smallint NOT NULL, description text NOT NULL, quantity numeric NOT NULL, unit_price amount NOT NULL,
    total numeric GENERATED ALWAYS AS (quantity * unit_price) STORED, PRIMARY KEY (invoice_number, line_no));
INSERT INTO invoice_lines SELECT number, n, public.pick(ARRAY['Seats', '设备', 'Traffic'], n), n * 10, (number * n % 90) + 0.5 FROM invoices, generate_series(1, 3) AS n;
CREATE TABLE payments (
    id uuid PRIMARY KEY, invoice_number bigint NOT NULL REFERENCES invoices, received_at timestamptz NOT NULL, method text NOT NULL, amount amount NOT NULL, reference xml);
INSERT INTO payments
SELECT public.stable_uuid('payment' || number), number, issued_on + interval '12 days', public.pick(ARRAY['card', 'alipay', 'sepa'], number), gross,
       xmlelement(name payment, xmlattributes(number AS invoice), xmlelement(name amount, gross))
FROM invoices WHERE state = 'paid';
CREATE INDEX payments_invoice_idx ON payments (invoice_number);
CREATE TABLE usage_records (
    tenant_id int NOT NULL REFERENCES public.tenants, day date NOT NULL, messages bigint NOT NULL, bytes numeric(20, 0) NOT NULL, PRIMARY KEY (tenant_id, day)) PARTITION BY HASH (tenant_id);
SELECT format('CREATE TABLE usage_records_%s PARTITION OF usage_records FOR VALUES WITH (MODULUS 4, REMAINDER %s)', r, r) FROM generate_series(0, 3) AS r
\gexec
INSERT INTO usage_records SELECT t, date '2026-01-01' + d, 1000 * t + d * 13, (1000 * t + d * 13)::numeric * 420 FROM generate_series(1, 40) AS t, generate_series(0, 320) AS d;
RESET search_path;
