// The export script for SQL*Plus: it reads the catalogue, then writes and runs a second script that spools
// the tables in one read-only transaction. Values are rendered by the server, measured by the server.
#include "core/sqlite.hpp"
#include "extract/make_script.hpp"
#include "extract/scripts.hpp"

#include <fmt/format.h>

namespace versoir::extract {

namespace {

constexpr const char* sqlplus_head =
    R"script(-- Export of the application @application@ for Versoir (Oracle, SQL*Plus).
--
-- NOT VERIFIED ON ORACLE: this script was written from Oracle's documentation and was not yet run on a server.
-- Versoir compares every file with counts and measures that the server makes; what does not agree is refused.
--
-- Reads only: one transaction SET TRANSACTION READ ONLY, every table as it was at its start. Undo must last as
-- long as the export (ORA-01555 otherwise: run it at a quiet hour, or ask for more UNDO_RETENTION).
--
-- In an empty folder, with room for the whole database as text:
--   export NLS_LANG=.AL32UTF8        (Windows: set NLS_LANG=.AL32UTF8)
--   sqlplus -S -L USER@SERVICE @THIS-FILE      (it asks for the password)
-- It ends by asking the system for sha256sum *.csv > SHA256SUMS; where that is not, do so by other means.
-- Then carry the folder over and take it in:
--   versoir extract csv:FOLDER --application @application@
--
-- The account needs SELECT on the tables and CREATE SESSION, nothing else.
-- Clients from 12.2 on use SET MARKUP CSV. Older ones put each row together on the server: rows above
-- 32 000 characters, CLOB, BLOB and LONG columns are then refused, and blanks before a line feed are lost.
-- In all cases: LONG RAW, BFILE and object types are refused; a CLOB or BLOB above 2 000 000 000 is cut by
-- SQL*Plus, which the measures show; Oracle has no empty string, an empty value is NULL.

-- Owner of the tables, and the character set of the files: that of NLS_LANG (.AL32UTF8 is UTF-8,
-- .WE8ISO8859P15 is ISO-8859-15, .WE8ISO8859P1 is ISO-8859-1, .WE8MSWIN1252 is windows-1252).
SET DEFINE ON
DEFINE versoir_schema = "@schema@"
DEFINE versoir_charset = "UTF-8"

WHENEVER OSERROR EXIT FAILURE ROLLBACK
WHENEVER SQLERROR EXIT FAILURE ROLLBACK
SET ECHO OFF FEEDBACK OFF VERIFY OFF HEADING OFF TIMING OFF AUTOTRACE OFF
SET PAGESIZE 0 LINESIZE 32767 TRIMOUT ON TRIMSPOOL ON TAB OFF WRAP ON RECSEP OFF ARRAYSIZE 500
SET NULL '' SQLPROMPT '' SQLBLANKLINES ON
ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,';
ALTER SESSION SET TIME_ZONE = '+00:00';
SET TRANSACTION READ ONLY;
SET SERVEROUTPUT ON SIZE UNLIMITED FORMAT WRAPPED
PROMPT Versoir: reading the catalogue
SET TERMOUT OFF
SPOOL versoir-export.sql REPLACE
DECLARE
  own CONSTANT VARCHAR2(128) := NVL('&versoir_schema', SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA'));
  -- Such as 1202000100: SET MARKUP CSV exists from 12.2 on.
  markup CONSTANT BOOLEAN := TO_NUMBER('&_SQLPLUS_RELEASE') >= 1202000000;
  TYPE numbers IS TABLE OF PLS_INTEGER INDEX BY VARCHAR2(300);
  TYPE names IS TABLE OF VARCHAR2(300) INDEX BY PLS_INTEGER;
  TYPE files IS TABLE OF VARCHAR2(300) INDEX BY VARCHAR2(300);
  wanted numbers;        -- TABLE.COLUMN => 1
  left_out numbers;      -- TABLE.COLUMN => 1, of the tables that only a decision takes
  there numbers;         -- TABLE and TABLE.COLUMN of the catalogue => 1
  keys numbers;          -- TABLE.COLUMN => position in the primary key
  file_of files;         -- TABLE => file, of the tables to take
  order_of names;        -- the same tables in the order of the profile
  needed names;          -- TABLE.COLUMN that must be there
  needed_table names;    -- its table when that is optional
  problems VARCHAR2(32767);
  text VARCHAR2(4000);
  scn NUMBER;

  PROCEDURE p(line VARCHAR2) IS BEGIN DBMS_OUTPUT.PUT_LINE(line); END;

  FUNCTION q(value VARCHAR2) RETURN VARCHAR2 IS
  BEGIN
    RETURN CASE WHEN value IS NOT NULL THEN '"' || REPLACE(value, '"', '""') || '"' END;
  END;

  -- A line of control.csv.
  PROCEDURE fact(kind VARCHAR2, tab VARCHAR2, col VARCHAR2, value VARCHAR2) IS
  BEGIN
    p('PROMPT ' || kind || ',' || q(tab) || ',' || q(col) || ','
      || q(REPLACE(REPLACE(SUBSTR(value, 1, 1000), CHR(10), ' '), CHR(13), ' ')));
  END;

  PROCEDURE t(tab VARCHAR2, file VARCHAR2) IS
  BEGIN
    file_of(tab) := file;
    order_of(order_of.COUNT + 1) := tab;
  END;

  PROCEDURE w(tab VARCHAR2, col VARCHAR2, required NUMBER, optional_table NUMBER) IS
  BEGIN
    wanted(tab || '.' || col) := 1;
    IF required = 1 THEN
      needed(needed.COUNT + 1) := tab || '.' || col;
      needed_table(needed.COUNT) := CASE optional_table WHEN 1 THEN tab END;
    END IF;
  END;

  -- A column that a decision leaves, of a table that only a decision takes.
  PROCEDURE x(tab VARCHAR2, col VARCHAR2) IS BEGIN left_out(tab || '.' || col) := 1; END;

  -- A table that only a decision takes: the columns that are there, but those left.
  PROCEDURE d(tab VARCHAR2, file VARCHAR2) IS
  BEGIN
    t(tab, file);
    FOR c IN (SELECT column_name FROM all_tab_columns WHERE owner = own AND table_name = tab) LOOP
      IF NOT left_out.EXISTS(tab || '.' || c.column_name) THEN wanted(tab || '.' || c.column_name) := 1; END IF;
    END LOOP;
  END;

  PROCEDURE problem(what VARCHAR2) IS
  BEGIN
    problems := SUBSTR(problems || CASE WHEN problems IS NOT NULL THEN ', ' END || what, 1, 1900);
  END;

  FUNCTION is_text(dtype VARCHAR2) RETURN BOOLEAN IS
  BEGIN
    RETURN dtype IN ('VARCHAR2', 'NVARCHAR2', 'CHAR', 'NCHAR');
  END;
  FUNCTION is_lob(dtype VARCHAR2) RETURN BOOLEAN IS
  BEGIN
    RETURN dtype IN ('CLOB', 'NCLOB', 'BLOB', 'LONG', 'XMLTYPE');
  END;

  FUNCTION declared(dtype VARCHAR2, len NUMBER, chars NUMBER, prec NUMBER, scale NUMBER) RETURN VARCHAR2 IS
  BEGIN
    IF is_text(dtype) THEN RETURN dtype || '(' || chars || ')'; END IF;
    IF dtype = 'RAW' THEN RETURN dtype || '(' || len || ')'; END IF;
    IF dtype = 'FLOAT' THEN RETURN dtype || '(' || prec || ')'; END IF;
    IF dtype = 'NUMBER' AND prec IS NULL THEN RETURN CASE WHEN scale = 0 THEN 'NUMBER(*,0)' ELSE 'NUMBER' END; END IF;
    IF dtype = 'NUMBER' THEN
      RETURN 'NUMBER(' || prec || CASE WHEN NVL(scale, 0) <> 0 THEN ',' || scale END || ')';
    END IF;
    RETURN dtype;
  END;

  -- The text of a value, exact whatever the session's settings; NULL when this script cannot write it.
  FUNCTION rendered(name VARCHAR2, dtype VARCHAR2) RETURN VARCHAR2 IS
    c CONSTANT VARCHAR2(300) := '"' || name || '"';
    pattern VARCHAR2(300);
  BEGIN
    IF is_text(dtype) THEN RETURN c;
    -- TM9 writes every digit; beyond 64 characters it turns to scientific notation, which is read too.
    ELSIF dtype IN ('NUMBER', 'FLOAT') THEN pattern := q'[TO_CHAR(%,'TM9','NLS_NUMERIC_CHARACTERS=''.,''')]';
    ELSIF dtype IN ('BINARY_FLOAT', 'BINARY_DOUBLE') THEN pattern := 'TO_CHAR(%)';
    -- S keeps years before Christ and puts a blank before the others.
    ELSIF dtype = 'DATE' THEN pattern := q'[LTRIM(TO_CHAR(%,'SYYYY-MM-DD"T"HH24:MI:SS'))]';
    ELSIF dtype LIKE 'TIMESTAMP%LOCAL TIME ZONE' THEN
      pattern := q'[LTRIM(TO_CHAR(CAST(% AS TIMESTAMP(9) WITH TIME ZONE),'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'))]';
    ELSIF dtype LIKE 'TIMESTAMP%TIME ZONE' THEN
      pattern := q'[LTRIM(TO_CHAR(%,'SYYYY-MM-DD"T"HH24:MI:SS.FF9TZH:TZM'))]';
    ELSIF dtype LIKE 'TIMESTAMP%' THEN pattern := q'[LTRIM(TO_CHAR(%,'SYYYY-MM-DD"T"HH24:MI:SS.FF9'))]';
    ELSIF dtype LIKE 'INTERVAL%' THEN pattern := 'TO_CHAR(%)';
    ELSIF dtype = 'RAW' THEN pattern := 'RAWTOHEX(%)';
    ELSIF dtype = 'ROWID' THEN pattern := 'ROWIDTOCHAR(%)';
    ELSIF dtype = 'XMLTYPE' AND markup THEN pattern := 'XMLSERIALIZE(CONTENT % AS CLOB)';
    ELSIF is_lob(dtype) AND markup THEN RETURN c;  -- SQL*Plus shows a BLOB in hexadecimal
    END IF;
    RETURN REPLACE(pattern, '%', c);
  END;

  FUNCTION measure(name VARCHAR2, dtype VARCHAR2) RETURN VARCHAR2 IS
    c CONSTANT VARCHAR2(300) := '"' || name || '"';
  BEGIN
    RETURN CASE WHEN dtype IN ('VARCHAR2', 'NVARCHAR2', 'CHAR', 'NCHAR') THEN 'SUM(LENGTH2(' || c || '))'
                WHEN dtype IN ('CLOB', 'NCLOB', 'BLOB') THEN 'SUM(DBMS_LOB.GETLENGTH(' || c || '))'
                WHEN dtype = 'RAW' THEN 'SUM(UTL_RAW.LENGTH(' || c || '))' END;
  END;
  FUNCTION unit(dtype VARCHAR2) RETURN VARCHAR2 IS
  BEGIN
    RETURN CASE WHEN dtype IN ('BLOB', 'RAW') THEN 'bytes' ELSE 'utf16' END;
  END;

  PROCEDURE check_all IS
  BEGIN
    FOR i IN 1 .. needed.COUNT LOOP
      IF NOT there.EXISTS(needed(i)) AND (needed_table(i) IS NULL OR there.EXISTS(needed_table(i))) THEN
        problem(needed(i) || ' (not there)');
      END IF;
    END LOOP;
    FOR c IN (SELECT table_name, column_name, data_type FROM all_tab_columns WHERE owner = own
              ORDER BY table_name, column_id) LOOP
      IF wanted.EXISTS(c.table_name || '.' || c.column_name) AND rendered(c.column_name, c.data_type) IS NULL THEN
        problem(c.table_name || '.' || c.column_name || ' (' || c.data_type || ' cannot be written by this SQL*Plus)');
      END IF;
    END LOOP;
    IF problems IS NOT NULL THEN
      RAISE_APPLICATION_ERROR(-20001, 'Versoir: nothing was exported from ' || own || ': ' || problems);
    END IF;
  END;

  PROCEDURE describe(tab VARCHAR2) IS
  BEGIN
    FOR c IN (SELECT comments FROM all_tab_comments WHERE owner = own AND table_name = tab AND comments IS NOT NULL) LOOP
      fact('comment', tab, NULL, c.comments);
    END LOOP;
    FOR c IN (SELECT column_name, data_type, data_length, char_length, data_precision, data_scale, nullable
              FROM all_tab_columns WHERE owner = own AND table_name = tab ORDER BY column_id) LOOP
      text := declared(c.data_type, c.data_length, c.char_length, c.data_precision, c.data_scale);
      IF NOT wanted.EXISTS(tab || '.' || c.column_name) THEN
        fact('left', tab, c.column_name, text);
      ELSE
        fact('type', tab, c.column_name, text);
        IF c.nullable = 'N' THEN fact('nullable', tab, c.column_name, 'no'); END IF;
        IF c.data_type IN ('RAW', 'BLOB') THEN fact('encoding', tab, c.column_name, 'hexadecimal'); END IF;
      END IF;
      IF keys.EXISTS(tab || '.' || c.column_name) THEN
        fact('key', tab, c.column_name, keys(tab || '.' || c.column_name));
      END IF;
    END LOOP;
  END;

  -- COUNT(*) and the measures in one reading of the table, one line each.
  PROCEDURE count_rows(tab VARCHAR2) IS
    n PLS_INTEGER := 1;
  BEGIN
    p('SELECT /*+ NO_MERGE(a) LEADING(a r) */ CASE r.line');
    p(q'[WHEN 1 THEN 'rows,]' || REPLACE(q(tab), '''', '''''') || q'[,,' || a.n]');
    FOR c IN (SELECT column_name, data_type FROM all_tab_columns WHERE owner = own AND table_name = tab ORDER BY column_id) LOOP
      IF wanted.EXISTS(tab || '.' || c.column_name) AND measure(c.column_name, c.data_type) IS NOT NULL THEN
        n := n + 1;
        p('WHEN ' || n || ' THEN ''' || unit(c.data_type) || ','
          || REPLACE(q(tab) || ',' || q(c.column_name), '''', '''''') || ','' || NVL(a.m' || n || ', 0)');
      END IF;
    END LOOP;
    p('END FROM (SELECT COUNT(*) AS n');
    n := 1;
    FOR c IN (SELECT column_name, data_type FROM all_tab_columns WHERE owner = own AND table_name = tab ORDER BY column_id) LOOP
      IF wanted.EXISTS(tab || '.' || c.column_name) AND measure(c.column_name, c.data_type) IS NOT NULL THEN
        n := n + 1;
        p(', ' || measure(c.column_name, c.data_type) || ' AS m' || n);
      END IF;
    END LOOP;
    p('FROM "' || own || '"."' || tab || '") a,');
    p('(SELECT LEVEL AS line FROM dual CONNECT BY LEVEL <= ' || n || ') r ORDER BY r.line;');
  END;

  PROCEDURE write_table(tab VARCHAR2) IS
    first BOOLEAN := TRUE;
    lobs BOOLEAN := FALSE;
    width PLS_INTEGER := 0;
    headed PLS_INTEGER := 0;
    wide VARCHAR2(20);
  BEGIN
    FOR c IN (SELECT column_name, data_type, data_length FROM all_tab_columns WHERE owner = own AND table_name = tab) LOOP
      IF wanted.EXISTS(tab || '.' || c.column_name) THEN
        lobs := lobs OR is_lob(c.data_type);
        headed := headed + LENGTH(c.column_name) + 3;
        width := width + 3 + CASE WHEN is_text(c.data_type) OR c.data_type = 'RAW' THEN 2 * c.data_length ELSE 70 END;
      END IF;
    END LOOP;
    IF NOT markup AND width > 32000 THEN
      RAISE_APPLICATION_ERROR(-20002, 'Versoir: the rows of ' || tab || ' may be too long for this SQL*Plus: use one from 12.2 on.');
    END IF;
    p('SET TERMOUT ON');
    p('PROMPT Versoir: ' || tab);
    p('SET TERMOUT OFF');
    p('SPOOL ' || file_of(tab) || ' REPLACE');
    IF headed > 3900 THEN wide := 'TO_CLOB('''')'; END IF;
    p('SELECT ' || NVL(wide, ''''''));
    FOR c IN (SELECT column_name FROM all_tab_columns WHERE owner = own AND table_name = tab ORDER BY column_id) LOOP
      IF wanted.EXISTS(tab || '.' || c.column_name) THEN
        p('|| ''' || CASE WHEN NOT first THEN ',' END || REPLACE(q(c.column_name), '''', '''''') || '''');
        first := FALSE;
      END IF;
    END LOOP;
    p('FROM dual;');
    first := TRUE;
    IF lobs THEN p('SET LONG 2000000000 LONGCHUNKSIZE 32767'); END IF;
    -- A line is not padded in CSV: nothing is to be trimmed, blanks at the end of a line are data.
    IF markup THEN p('SET TRIMSPOOL OFF MARKUP CSV ON DELIMITER , QUOTE ON'); END IF;
    p('SELECT ' || CASE WHEN NOT markup THEN CASE WHEN width > 4000 THEN 'TO_CLOB('''')' ELSE '''''' END END);
    FOR c IN (SELECT column_name, data_type FROM all_tab_columns WHERE owner = own AND table_name = tab ORDER BY column_id) LOOP
      IF wanted.EXISTS(tab || '.' || c.column_name) THEN
        text := rendered(c.column_name, c.data_type);
        IF markup THEN
          p(CASE WHEN NOT first THEN ', ' END || text || ' AS "' || c.column_name || '"');
        ELSE
          p(CASE WHEN NOT first THEN q'[|| ',' ]' END || '|| CASE WHEN "' || c.column_name
            || q'[" IS NOT NULL THEN '"' || REPLACE(]' || text || q'[, '"', '""') || '"' END]');
        END IF;
        first := FALSE;
      END IF;
    END LOOP;
    p('FROM "' || own || '"."' || tab || '";');
    p('SPOOL OFF');
    IF markup THEN p('SET MARKUP CSV OFF TRIMSPOOL ON'); END IF;
    IF lobs THEN p('SET LONG 32767'); END IF;
    p('SPOOL control.csv APPEND');
    fact('table', tab, NULL, file_of(tab));
    describe(tab);
    count_rows(tab);
    p('SPOOL OFF');
  END;

  PROCEDURE write_left IS
    last VARCHAR2(128) := ' ';
  BEGIN
    FOR c IN (SELECT table_name, column_name, data_type, data_length, char_length, data_precision, data_scale
              FROM all_tab_columns WHERE owner = own AND table_name NOT LIKE 'BIN$%' ORDER BY table_name, column_id) LOOP
      IF NOT file_of.EXISTS(c.table_name) THEN
        IF c.table_name <> last THEN fact('table', c.table_name, NULL, NULL); END IF;
        last := c.table_name;
        fact('left', c.table_name, c.column_name,
             declared(c.data_type, c.data_length, c.char_length, c.data_precision, c.data_scale));
      END IF;
    END LOOP;
  END;

  -- A time by the server's clock, when the line is reached.
  PROCEDURE moment(kind VARCHAR2) IS
  BEGIN
    p('SELECT ''' || kind || q'[,,,' || TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM dual;]');
  END;
BEGIN
  -- What the profile takes: tables with their files, columns (1 = required), tables (1 = optional).
)script";

constexpr const char* sqlplus_tail = R"script(
  FOR c IN (SELECT table_name, column_name FROM all_tab_columns WHERE owner = own) LOOP
    there(c.table_name) := 1;
    there(c.table_name || '.' || c.column_name) := 1;
  END LOOP;
  check_all;
  FOR c IN (SELECT k.table_name, k.column_name, k.position FROM all_constraints o JOIN all_cons_columns k
            ON k.owner = o.owner AND k.constraint_name = o.constraint_name
            WHERE o.owner = own AND o.constraint_type = 'P' AND o.status = 'ENABLED') LOOP
    keys(c.table_name || '.' || c.column_name) := c.position;
  END LOOP;

  p('SET DEFINE OFF SERVEROUTPUT OFF');
  p('SPOOL control.csv REPLACE');
  p('PROMPT kind,table,column,value');
  fact('format', NULL, NULL, 'versoir-csv/1');
  fact('charset', NULL, NULL, '&versoir_charset');
  -- Versoir recognizes by these two characters whether NLS_LANG was what the line above says.
  p(q'[SELECT 'probe,,,' || UNISTR('\00E9\20AC') FROM dual;]');
  fact('system', NULL, NULL, 'Oracle');
  SELECT MIN(TRIM(product) || ' ' || version) INTO text FROM product_component_version WHERE product LIKE 'Oracle%';
  fact('version', NULL, NULL, text);
  SELECT MIN(value) INTO text FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET';
  fact('database_charset', NULL, NULL, text);
  fact('database', NULL, NULL, SYS_CONTEXT('USERENV', 'DB_NAME'));
  fact('user', NULL, NULL, USER);
  fact('schema', NULL, NULL, own);
  BEGIN
    EXECUTE IMMEDIATE 'BEGIN :1 := DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER; END;' USING OUT scn;
    fact('snapshot', NULL, NULL, 'SCN ' || scn);
  EXCEPTION WHEN OTHERS THEN  -- the account may not ask: the transaction is read-only all the same
    fact('snapshot', NULL, NULL, 'read only since ' || TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD"T"HH24:MI:SS.FF6"Z"'));
  END;
  fact('consistency', NULL, NULL, 'snapshot');
  fact('empty_strings', NULL, NULL, 'no');
  moment('started');
  p('SPOOL OFF');
  FOR i IN 1 .. order_of.COUNT LOOP
    IF there.EXISTS(order_of(i)) THEN write_table(order_of(i)); END IF;
  END LOOP;
  p('SPOOL control.csv APPEND');
  write_left;
  moment('finished');
  p('PROMPT end,,,');
  p('SPOOL OFF');
END;
/
SPOOL OFF
@versoir-export.sql
SET TERMOUT ON
WHENEVER OSERROR CONTINUE
HOST sha256sum *.csv > SHA256SUMS
PROMPT Versoir: the export is whole. If SHA256SUMS is not there or empty: sha256sum *.csv > SHA256SUMS
EXIT SUCCESS ROLLBACK
)script";

}  // namespace

std::string sqlplus_script(const ScriptPlan& plan, const std::string& schema) {
  const auto& profile = plan.profile;
  auto out = fill_in(std::string(sqlplus_head), {{"@application@", profile.id}, {"@schema@", schema}});
  for (const auto& t : profile.tables) {
    if (!t.take) continue;
    out += fmt::format("  t({}, {});\n", core::sql_text(t.name), core::sql_text(csv_file_name(t.name)));
    for (const auto& c : t.columns)
      if (c.take)
        out += fmt::format("  w({}, {}, {}, {});\n", core::sql_text(t.name), core::sql_text(c.name),
                           c.optional ? 0 : 1, t.optional ? 1 : 0);
  }
  for (const auto& t : plan.decided) {
    for (const auto& name : t.left)
      out += fmt::format("  x({}, {});\n", core::sql_text(t.name), core::sql_text(name));
    out += fmt::format("  d({}, {});\n", core::sql_text(t.name), core::sql_text(csv_file_name(t.name)));
  }
  return out + sqlplus_tail;
}

}  // namespace versoir::extract
