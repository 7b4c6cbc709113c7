namespace Framevet.Pipeline.Decode.Library;

/// <summary>Counts what could not be decoded and keeps the first complaint. Thread-safe.</summary>
internal sealed class DamageTally
{
    private int _count;
    private string? _first;

    /// <summary>So far.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The first complaint.</summary>
    public string? First => Volatile.Read(ref _first);

    /// <summary>Counts one.</summary>
    public void Add(string what)
    {
        _ = Interlocked.Increment(ref _count);
        _ = Interlocked.CompareExchange(ref _first, what, null);
    }
}

/// <summary>The library cannot read this file, or not any further; ffmpeg as a program may. Never leaves the decoder's own classes.</summary>
internal sealed class LibraryGaveUpException(string message) : Exception(message);
