// Un pilote en un fichier, pour Java 17 ou plus recent et rien d'autre, lance tel quel. Deux facons :
//
//   java Connecteur.java               un objet JSON par ligne, entree et sortie standard   (--connector process:...)
//   java Connecteur.java --http 8765   les memes objets, postes a http://127.0.0.1:8765     (--connector http:...)
//
// Ce qui est a faire porte "REMPLIR". Pour chaque verbe que votre produit sait faire : remplacez A_REMPLIR par une
// methode, qui rend ce que l'utilisateur a vu ; ses options suivent, s'il en a. Un champ absent d'une requete a sa
// valeur par defaut ("dmp-imagerie contract" les donne). Ne repondez jamais "done" a ce qui n'a pas ete fait :
// "unsupported", la reponse d'un verbe reste A_REMPLIR, est toujours honnete. Ce fichier est sans accents : avant
// Java 18, un source est lu dans l'encodage du systeme.

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

    // --- Le produit : ce que vous remplacez -------------------------------------------------------------------------

    /** Trois verbes pour l'exemple, tenus en memoire. A REMPLIR : l'appel de votre produit, et les autres verbes. */
    static class MyRis {
        static final Map<String, Object> PRODUCT = // A REMPLIR
            Map.of("product", "Mon RIS", "version", "1.0", "vendor", "Ma soci\u00e9t\u00e9");
        static final Function<Map<String, Object>, Map<String, Object>> A_REMPLIR = null; // le produit n'a pas ce geste

        final Map<String, Function<Map<String, Object>, Map<String, Object>>> verbs = new LinkedHashMap<>();
        final Map<String, Object> offered = new LinkedHashMap<>(); // les options de chaque verbe rempli
        Map<String, Object> surroundings = Map.of(); // adresse du DMP, autorite, certificats, utilisateurs, dossier
        final Map<String, Object> patients = new HashMap<>();
        final Map<String, Object> exams = new HashMap<>();
        final Map<String, Object> drafts = new HashMap<>();

        MyRis() { // chaque verbe, puis ses champs et ce que fait l'utilisateur
            // Accueil
            on("register_patient", this::registerPatient); // patient : creation du dossier, a ce statut d'identite
            on("update_patient", A_REMPLIR); // patient : l'accueil corrige les traits, l'INS ou le statut d'identite
            on("verify_identity", A_REMPLIR); // patient_id, result, status : verification, INSi repond ok ou ko
            on("register_exam", this::registerExam); // exam : un examen est prevu et realise
            on("record_information", A_REMPLIR); // patient_id, informed, opposed : informe ou non, oppose ou non
            on("record_consent", A_REMPLIR); // patient_id, agreement, informed, frame, episode : son accord ou non
            // Session
            on("sign_in", A_REMPLIR); // ps_id, means : ouverture de session ; options : "cps", "e-cps"
            on("sign_out", A_REMPLIR); // aucun champ : fermeture de la session
            // Comptes rendus
            on("save_draft", this::saveDraft); // report : le compte rendu est ecrit et garde, pas valide
            on("set_visibility", A_REMPLIR); // report_id, hidden : l'utilisateur choisit qui ne doit pas le voir
            on("require_announcement", A_REMPLIR); // report_id : le resultat est d'abord a dire au patient
            on("validate_report", A_REMPLIR); // report_id, ps_id : le radiologue valide, la suite est au produit
            on("withhold_report", A_REMPLIR); // report_id, reason : le radiologue decide de ne pas l'envoyer
            on("replace_report", A_REMPLIR); // report, ps_id : le radiologue valide une nouvelle version
            on("delete_report", A_REMPLIR); // report_id, reason : le compte rendu est retire, partout ou il est parti
            on("mark_announced", A_REMPLIR); // report_id : l'annonce est faite, le patient peut le voir
            on("catch_up", A_REMPLIR); // exam_ids : envoi des anciens comptes rendus de ces examens
            // Consultation
            on("open_dmp", A_REMPLIR); // patient_id, mode, secret : l'utilisateur demande le DMP du patient
            on("search_documents", A_REMPLIR); // patient_id : liste des documents ; displayed : unique_id, title
            on("open_document", A_REMPLIR); // patient_id, unique_id : ouverture d'un document ; displayed : unique_id
            on("import_document", A_REMPLIR); // patient_id, unique_id : le produit en garde une copie
            on("open_web_dmp", A_REMPLIR); // patient_id : le bouton du DMP en ligne ; displayed : url
            on("open_images", A_REMPLIR); // patient_id, unique_id : ouverture des images d'un compte rendu
            on("declare_access", A_REMPLIR); // patient_id : l'utilisateur declare lui-meme son autorisation
            on("revoke_access", A_REMPLIR); // patient_id : il la retire
            // Inspection
            on("inspect", A_REMPLIR); // view, patient_id : ce que garde le produit ; traces, displayed : at, who, what
            // Banc, facultatifs
            on("settle", A_REMPLIR); // aucun champ : repondre quand il ne reste rien a envoyer
            on("set_clock", A_REMPLIR); // at : l'heure du produit devient celle-ci
            on("reset", A_REMPLIR); // aucun champ : fermer les sessions et les ecrans, garder les dossiers
        }

        Map<String, Object> registerPatient(Map<String, Object> verb) {
            return keep(patients, object(verb, "patient"), "local_id");
        }

        Map<String, Object> registerExam(Map<String, Object> verb) {
            Map<String, Object> exam = object(verb, "exam");
            if (!patients.containsKey(exam.get("patient_id"))) {
                return Map.of("status", "refused", "messages", List.of("Patient inconnu."));
            }
            return keep(exams, exam, "exam_id");
        }

        Map<String, Object> saveDraft(Map<String, Object> verb) {
            return keep(drafts, object(verb, "report"), "report_id");
        }

        Map<String, Object> keep(Map<String, Object> records, Map<String, Object> record, String key) {
            records.put((String) record.get(key), record);
            return Map.of("status", "done");
        }

        void on(String name, Function<Map<String, Object>, Map<String, Object>> method, String... options) {
            if (method != A_REMPLIR) {
                verbs.put(name, method);
                offered.put(name, List.of(options));
            }
        }

        Map<String, Object> description() {
            Map<String, Object> description = new LinkedHashMap<>(PRODUCT);
            description.put("verbs", offered);
            return description;
        }
    }

    // --- Une requete apres l'autre, quel que soit le chemin ---------------------------------------------------------

    static final Set<String> REQUESTS = Set.of("describe", "start", "call", "stop");
    static MyRis product = new MyRis();

    /** La reponse. "error" est une panne du pilote ; ce que le produit refuse est un "outcome". */
    static Map<String, Object> reply(Map<String, Object> request) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("id", request.get("id"));
        try {
            switch ((String) request.get("request")) {
                case "describe" -> reply.put("description", product.description());
                case "start" -> { // un serveur en voit un par execution : chacune repart de rien
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

    /** Lit les requetes jusqu'a "stop". Ce que le produit affiche part sur l'erreur standard. */
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

    /** N'ecoute que sur cette machine, une requete a la fois. */
    static void overHttp(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        REQUESTS.forEach(name -> server.createContext("/" + name, Connecteur::answer));
        server.start();
        System.err.println("A l'ecoute : http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** La page d'un navigateur ne peut rien poster ici : il lui faudrait un accord, jamais donne. */
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

    // --- JSON, ce qu'il en faut pour ces messages ; votre bibliotheque JSON fera mieux ------------------------------

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
                throw new IllegalArgumentException("JSON : '" + wanted + "' attendu au caractere " + at);
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
