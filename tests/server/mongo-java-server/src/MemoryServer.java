import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * Runs mongo-java-server with its memory backend for the tests of pymongo-cpp.
 *
 * <p>Prints one line, "ready &lt;mongodb URI&gt;", once it listens on a free loopback port, and stops
 * at the end of its standard input, so that it can not outlive the process that started it.
 */
public final class MemoryServer {
  /** MongoDB 5.0, the first version whose wire version (13) every supported PyMongo accepts. */
  private static final class Version implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 13;
    }
  }

  public static void main(String[] arguments) throws Exception {
    MemoryBackend backend = new MemoryBackend();
    backend.version(new Version());
    MongoServer server = new MongoServer(backend);
    System.out.println("ready " + server.bindAndGetConnectionString());
    System.out.flush();
    while (System.in.read() != -1) {
      // Nothing is read: the end of the stream is the signal to stop.
    }
    server.shutdownNow();
  }
}
