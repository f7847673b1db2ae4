// The connector of ../connecteur_minimal.py, for Java 17 or later and nothing else: one file, run as it is. The same
// messages, two ways:
//
//   java Connecteur.java               one JSON object a line on standard input and output   (--connector process:...)
//   java Connecteur.java --http 8765   the same objects posted to http://127.0.0.1:8765      (--connector http:...)
//
// A field left out of a request has its default value ("dmp-imagerie contract" prints them). Replace each body by what
// your product does, and add one line per verb. Never answer "done" to what was not done: "unsupported" is always
// honest. The file is pure ASCII: before Java 18, a source is read in the system's own encoding.

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

public class Connecteur {

    // --- The product: what you replace ------------------------------------------------------------------------------

    static class MyRis {
        final Map<String, Function<Map<String, Object>, Map<String, Object>>> verbs = new LinkedHashMap<>();
        Map<String, Object> surroundings = Map.of(); // DMP address, authority, certificates, users, work folder
        final Map<String, Object> patients = new HashMap<>();
        final Map<String, Object> exams = new HashMap<>();
        final Map<String, Object> drafts = new HashMap<>();

        MyRis() {
            verbs.put("register_patient", verb -> keep(patients, object(verb, "patient"), "local_id"));
            verbs.put("register_exam", this::registerExam);
            verbs.put("save_draft", verb -> keep(drafts, object(verb, "report"), "report_id"));
        }

        Map<String, Object> registerExam(Map<String, Object> verb) {
            Map<String, Object> exam = object(verb, "exam");
            if (!patients.containsKey(exam.get("patient_id"))) {
                return Map.of("status", "refused", "messages", List.of("Patient inconnu."));
            }
            return keep(exams, exam, "exam_id");
        }

        Map<String, Object> keep(Map<String, Object> records, Map<String, Object> record, String key) {
            records.put((String) record.get(key), record);
            return Map.of("status", "done");
        }

        Map<String, Object> description() {
            Map<String, Object> offered = new LinkedHashMap<>();
            verbs.keySet().forEach(name -> offered.put(name, List.of()));
            return Map.of("product", "Mon RIS", "version", "1.0", "vendor", "Ma soci\u00e9t\u00e9", "verbs", offered);
        }
    }

    // --- One request after the other, whatever carries them ---------------------------------------------------------

    static final Set<String> REQUESTS = Set.of("describe", "start", "call", "stop");
    static MyRis product = new MyRis();

    /** The reply to a request. "error" is the connector's own failure; what the product refuses is an outcome. */
    static Map<String, Object> reply(Map<String, Object> request) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("id", request.get("id"));
        try {
            switch ((String) request.get("request")) {
                case "describe" -> reply.put("description", product.description());
                case "start" -> { // a server sees one start a run: each begins from nothing
                    product = new MyRis();
                    product.surroundings = object(request, "surroundings");
                }
                case "call" -> {
                    Map<String, Object> verb = object(request, "verb");
                    var known = product.verbs.get((String) verb.get("verb"));
                    reply.put("outcome", known == null ? Map.of("status", "unsupported") : known.apply(verb));
                }
                default -> { } // stop
            }
        } catch (RuntimeException failure) {
            failure.printStackTrace();
            reply.put("error", failure.toString());
        }
        return reply;
    }

    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 2 && arguments[0].equals("--http")) {
            overHttp(Integer.parseInt(arguments[1]));
        } else {
            overPipes();
        }
    }

    /** Reads requests from standard input until "stop". Whatever the product prints goes to standard error. */
    static void overPipes() throws IOException {
        PrintStream replies = new PrintStream(System.out, true, UTF_8);
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Map<String, Object> request = new Json(line).object();
            replies.print(Json.write(reply(request)) + "\n");
            replies.flush();
            if (request.get("request").equals("stop")) {
                return;
            }
        }
    }

    /** Listens on this machine only, and answers one request at a time. */
    static void overHttp(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        REQUESTS.forEach(name -> server.createContext("/" + name, Connecteur::answer));
        server.start();
        System.err.println("A l'ecoute : http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** A browser's page cannot post JSON here: it would need a leave we never give. */
    static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String token = System.getenv("DMP_IMAGERIE_HTTP_TOKEN");
            var headers = exchange.getRequestHeaders();
            if (token != null && !("Bearer " + token).equals(headers.getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
            } else if (!"application/json".equals(headers.getFirst("Content-Type"))) {
                exchange.sendResponseHeaders(415, -1);
            } else {
                String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
                byte[] reply = Json.write(reply(new Json(body).object())).getBytes(UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, reply.length);
                exchange.getResponseBody().write(reply);
            }
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Map<String, Object> holder, String key) {
        return (Map<String, Object>) holder.get(key);
    }

    // --- JSON, as much as the messages need; any JSON library of yours does better ----------------------------------

    static class Json {
        private final String text;
        private int at = 0;

        Json(String text) {
            this.text = text;
        }

        Map<String, Object> object() {
            Map<String, Object> found = new LinkedHashMap<>();
            expect('{');
            while (next() != '}') {
                String key = string();
                expect(':');
                found.put(key, value());
                skipComma();
            }
            expect('}');
            return found;
        }

        private Object value() {
            switch (next()) {
                case '{': return object();
                case '[': return list();
                case '"': return string();
                default:
                    int from = at;
                    while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                        at++;
                    }
                    String word = text.substring(from, at);
                    return switch (word) {
                        case "true" -> true;
                        case "false" -> false;
                        case "null" -> null;
                        default -> word.matches("-?[0-9]+") ? (Object) Long.valueOf(word) : Double.valueOf(word);
                    };
            }
        }

        private List<Object> list() {
            List<Object> found = new ArrayList<>();
            expect('[');
            while (next() != ']') {
                found.add(value());
                skipComma();
            }
            expect(']');
            return found;
        }

        private String string() {
            StringBuilder found = new StringBuilder();
            expect('"');
            for (char c = text.charAt(at++); c != '"'; c = text.charAt(at++)) {
                if (c == '\\') {
                    c = text.charAt(at++);
                    if (c == 'u') {
                        c = (char) Integer.parseInt(text.substring(at, at += 4), 16);
                    } else if ("bfnrt".indexOf(c) >= 0) {
                        c = "\b\f\n\r\t".charAt("bfnrt".indexOf(c));
                    }
                }
                found.append(c);
            }
            return found.toString();
        }

        private char next() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return text.charAt(at);
        }

        private void expect(char wanted) {
            if (next() != wanted) {
                throw new IllegalArgumentException("JSON: '" + wanted + "' expected at character " + at);
            }
            at++;
        }

        private void skipComma() {
            if (next() == ',') {
                at++;
            }
        }

        static String write(Object value) {
            StringBuilder written = new StringBuilder();
            if (value instanceof Map<?, ?> map) {
                map.forEach((key, inner) -> written.append(',').append(write(key)).append(':').append(write(inner)));
                return "{" + written.substring(Math.min(1, written.length())) + "}";
            }
            if (value instanceof List<?> list) {
                list.forEach(inner -> written.append(',').append(write(inner)));
                return "[" + written.substring(Math.min(1, written.length())) + "]";
            }
            if (value instanceof String string) {
                string.chars().forEach(c -> written.append(
                    c == '"' || c == '\\' || c < ' ' ? String.format("\\u%04x", c) : String.valueOf((char) c)));
                return "\"" + written + "\"";
            }
            return String.valueOf(value);
        }
    }
}
