namespace Framevet.Data.Cluster;

/// <summary>
/// Tells the other nodes what happened here. News may come late or not at all and never decides anything: what is stored is the truth.
/// </summary>
public interface IClusterWire
{
    /// <summary>Tells all other nodes, in order. Never blocks, never throws. What is told here is kept for some minutes, and a node that was cut off hears it when it is back.</summary>
    void Post(string topic, string body);

    /// <summary>The same for what is worth nothing a second later: kept nowhere. At most 7,000 bytes, or it is not told.</summary>
    void PostLoosely(string topic, string body);

    /// <summary>Calls back with the sender's id and the body, one after the other. The callback may read the store and must not throw. Dispose to stop.</summary>
    IDisposable On(string topic, Func<string, string, CancellationToken, Task> heard);
}

/// <summary>The wire of the only node.</summary>
public sealed class NoWire : IClusterWire
{
    /// <inheritdoc/>
    public void Post(string topic, string body)
    {
        // Nobody else is there.
    }

    /// <inheritdoc/>
    public void PostLoosely(string topic, string body)
    {
        // Nobody else is there.
    }

    /// <inheritdoc/>
    public IDisposable On(string topic, Func<string, string, CancellationToken, Task> heard) => Deaf.Instance;

    private sealed class Deaf : IDisposable
    {
        public static Deaf Instance { get; } = new();

        public void Dispose()
        {
            // There was nothing to hear.
        }
    }
}
