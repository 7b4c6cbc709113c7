using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;

namespace Framevet.Pipeline.Runs;

/// <summary>What is known by now of one run's reading: its counts, those stored and those that are not yet, and what the decoder said. Thread-safe.</summary>
internal sealed class RunTally(Funnel begun)
{
    private readonly Lock _gate = new();
    private Funnel _funnel = begun;
    private Funnel _stored = begun;
    private long _decodedBefore;
    private int _damagedBefore;
    private string? _firstDamage;
    private Pts? _lastDecoded;
    private string? _notice;

    /// <summary>Counts so far, frames not yet saved included.</summary>
    public Funnel Funnel => Read(() => _funnel);

    /// <summary>Counts as they were last stored.</summary>
    public Funnel Stored => Read(() => _stored);

    /// <summary>What the decoder first complained about; null while it did not.</summary>
    public string? FirstDamage => Read(() => _firstDamage);

    /// <summary>The last stamp that the decoder delivered; null before.</summary>
    public Pts? LastDecoded => Read(() => _lastDecoded);

    /// <summary>What the decoder had to say about how it reads; null when nothing.</summary>
    public string? Notice => Read(() => _notice);

    /// <summary>
    /// Takes up the counts of frames stored earlier; reading begins again with <paramref name="from"/>, one of them. When every picture is decoded the index
    /// of that frame says how many came before it; otherwise at least as many as were stored, which is as exact as can be known.
    /// </summary>
    public void Resume(ImmutableArray<Candidate> stored, DecodePlan reading, FrameStamp? from)
    {
        lock (_gate)
        {
            _decodedBefore = stored.IsEmpty ? 0 : reading is DecodePlan.Keyframes ? stored.Length - 1 : from?.Index ?? 0;
            _damagedBefore = stored.IsEmpty ? 0 : _funnel.Damaged;
            var decoded = stored.IsEmpty ? 0 : Math.Max(_decodedBefore + 1, reading is DecodePlan.Keyframes ? _funnel.Decoded : 0);
            _funnel = new Funnel(decoded, _damagedBefore).Plus(stored);
            _stored = _funnel;
        }
    }

    /// <summary>The same where several workers measure: who joins their frames counts from the beginning of the file.</summary>
    public void ResumeShared(ImmutableArray<Candidate> stored)
    {
        lock (_gate)
        {
            (_decodedBefore, _damagedBefore) = (0, 0);
            _funnel = (stored.IsEmpty ? new Funnel() : new Funnel(_funnel.Decoded, _funnel.Damaged)).Plus(stored);
            _stored = _funnel;
        }
    }

    /// <summary>Facts from the decoder, counted on top of what earlier work decoded.</summary>
    public void Report(DecodeProgress value)
    {
        lock (_gate)
        {
            _funnel = _funnel with { Decoded = Math.Max(_funnel.Decoded, _decodedBefore + value.Decoded), Damaged = _damagedBefore + value.Damaged };
            _firstDamage ??= value.FirstDamage;
            _lastDecoded = value.Last ?? _lastDecoded;
            _notice ??= value.Notice;
        }
    }

    /// <summary>Counts scored frames.</summary>
    public void Add(ImmutableArray<Candidate> frames)
    {
        lock (_gate)
        {
            _funnel = _funnel.Plus(frames);
        }
    }

    /// <summary>Notes what was stored; the counts themselves may be further by now.</summary>
    public void Save(Funnel stored)
    {
        lock (_gate)
        {
            _stored = stored;
        }
    }

    /// <summary>Replaces the counts by what was stored.</summary>
    public void Take(Funnel stored)
    {
        lock (_gate)
        {
            (_funnel, _stored) = (stored, stored);
        }
    }

    private T Read<T>(Func<T> fact)
    {
        lock (_gate)
        {
            return fact();
        }
    }
}
