using System.Collections.Immutable;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Faces;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Scenes;

namespace Framevet.Pipeline.Runs;

/// <summary>
/// The single writer of one run while it is worked on: stores first, then publishes, keeps the funnel, and saves
/// frames in groups so that live pages fill without a transaction for each frame. Thread-safe.
/// </summary>
public sealed class RunJournal : IProgress<DecodeProgress>, IDisposable
{
    /// <summary>Frames that are saved together at most, unless one batch brings more.</summary>
    public const int GroupSize = 50;

    /// <summary>Longest time that a scored frame waits for others before it is saved.</summary>
    public static readonly TimeSpan GroupTime = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly List<Candidate> _pending = [];
    private readonly IRunStore _store;
    private readonly IRunEvents _events;
    private readonly TimeProvider _time;
    private readonly ProgressMeter _meter;
    private long _revision;
    private long? _measuredBefore;
    private double _fraction;
    private ImmutableArray<Scene> _scenes = [];
    private ImmutableArray<Scene> _savedScenes = [];
    private long _lastSave;

    /// <summary>Opens the journal of a run as it is in the store.</summary>
    public RunJournal(Run run, IRunStore store, IRunEvents events, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(time);
        (Run, _store, _events, _time) = (run, store, events, time);
        (Tally, _revision) = (new RunTally(run.Funnel), run.Revision);
        _meter = new ProgressMeter(time);
        _lastSave = time.GetTimestamp();
    }

    /// <summary>The run as it was when the journal was opened.</summary>
    public Run Run { get; }

    /// <summary>The right to the run under which this journal writes; null where nobody else could have it.</summary>
    public RunLease? Lease { get; init; }

    /// <summary>Counts so far, frames not yet saved included.</summary>
    public Funnel Funnel => Tally.Funnel;

    /// <summary>The counts, and what the decoder said.</summary>
    internal RunTally Tally { get; }

    /// <summary>Pictures that several workers have decoded of the run by now, and how much of the run that is.</summary>
    internal void Measured(long pictures, double fraction)
    {
        _measuredBefore ??= pictures;
        _meter.CountDecoded(pictures - _measuredBefore.Value);
        Progress(RunStage.Score, fraction);
    }

    /// <summary>Facts from the decoder, counted on top of what earlier work decoded.</summary>
    public void Report(DecodeProgress value)
    {
        Tally.Report(value);
        if (_measuredBefore is null)
        {
            _meter.CountDecoded(value.Decoded);
        }
    }

    /// <summary>All frames of the run in the store.</summary>
    public Task<ImmutableArray<Candidate>> StoredAsync(CancellationToken ct) => _store.CandidatesAsync(Run.Id, ct);

    /// <summary>Stores what the probe found.</summary>
    internal Task SaveMediaAsync(MediaInfo media, CancellationToken ct)
    {
        var facts = new MediaFacts(media.Kind.ToString().ToLowerInvariant(), media.Container, media.Codec, media.PixelFormat, media.Width, media.Height,
            media.Duration, media.FrameRate, media.Rotation, media.TimeBase, media.ColorTransfer);
        return WriteAsync(async () => _revision = await _store.SaveProgressAsync(Run.Id, Tally.Stored, facts, ct).ConfigureAwait(false), ct);
    }

    /// <summary>Shows that somebody is at work, and stores the counts.</summary>
    public Task BeatAsync(CancellationToken ct) =>
        WriteAsync(async () => _revision = await _store.SaveProgressAsync(Run.Id, Tally.Stored, null, ct).ConfigureAwait(false), ct);

    /// <summary>Adds scored frames and takes the scene list as it stands; saves the group when it is large or old enough.</summary>
    internal async Task AddAsync(ImmutableArray<Candidate> frames, ImmutableArray<Scene> scenes, CancellationToken ct)
    {
        _pending.AddRange(frames);
        _scenes = scenes;
        Tally.Add(frames);
        if (_pending.Count >= GroupSize || _time.GetElapsedTime(_lastSave) >= GroupTime)
        {
            await FlushAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Saves what waits, then publishes it.</summary>
    internal Task FlushAsync(CancellationToken ct) => WriteAsync(
        async () =>
        {
            var (frames, funnel) = (_pending.ToImmutableArray(), Funnel);
            _lastSave = _time.GetTimestamp();

            // Before the frames: a run that goes on after its last stored frame must know every cut up to there.
            if (!_scenes.SequenceEqual(_savedScenes))
            {
                _revision = await _store.SaveScenesAsync(Run.Id, _scenes, ct).ConfigureAwait(false);
                var isNew = _scenes.Length != _savedScenes.Length;
                _savedScenes = _scenes;
                if (isNew)
                {
                    _events.Publish(new ScenesChanged(Run.Id, _revision, _time.GetUtcNow(), _scenes.Length));
                }
            }

            _revision = frames.IsEmpty
                ? await _store.SaveProgressAsync(Run.Id, funnel, null, ct).ConfigureAwait(false)
                : await _store.SaveCandidatesAsync(Run.Id, frames, funnel, ct).ConfigureAwait(false);
            Tally.Save(funnel);
            _pending.Clear();
            if (!frames.IsEmpty)
            {
                _events.Publish(new FramesScored(Run.Id, _revision, _time.GetUtcNow(), frames));
            }
        },
        ct);

    /// <summary>The stored scene list.</summary>
    internal Task<ImmutableArray<Scene>> ScenesAsync(CancellationToken ct) => _store.ScenesAsync(Run.Id, ct);

    /// <summary>Stores who is who, then publishes it.</summary>
    internal Task SavePeopleAsync(ImmutableArray<Person> people, CancellationToken ct) => WriteAsync(
        async () =>
        {
            _revision = await _store.SavePeopleAsync(Run.Id, people, ct).ConfigureAwait(false);
            _events.Publish(new PeopleChanged(Run.Id, _revision, _time.GetUtcNow(), people.Length));
        },
        ct);

    /// <summary>Stores what gates say that know all frames, then publishes it.</summary>
    internal Task SaveGatingAsync(ImmutableArray<(Frames.Pts Pts, ImmutableArray<Loss> Losses)> frames, Funnel funnel, CancellationToken ct) => WriteAsync(
        async () =>
        {
            _revision = await _store.SaveGatingAsync(Run.Id, frames, funnel, ct).ConfigureAwait(false);
            Tally.Take(funnel);
            _events.Publish(new GatingChanged(Run.Id, _revision, _time.GetUtcNow(), [.. frames.Select(f => f.Pts)]));
        },
        ct);

    /// <summary>Stores judgements that follow from the file as a whole, then publishes them.</summary>
    internal Task SaveJudgementsAsync(ImmutableArray<Moderation.ClipChange> changes, Funnel funnel, CancellationToken ct) => WriteAsync(
        async () =>
        {
            _revision = await _store.SaveJudgementsAsync(Run.Id, changes, ct).ConfigureAwait(false);
            _revision = await _store.SaveProgressAsync(Run.Id, funnel, null, ct).ConfigureAwait(false);
            Tally.Take(funnel);
            _events.Publish(new VerdictsChanged(Run.Id, _revision, _time.GetUtcNow(), [.. changes.Select(c => c.Pts)]));
        },
        ct);

    /// <summary>Stores the outcome of selection, then publishes it.</summary>
    internal Task SaveSelectionAsync(ImmutableArray<Selection.Pick> picks, ImmutableArray<(Frames.Pts Pts, Loss Loss)> losses, Funnel funnel, CancellationToken ct) => WriteAsync(
        async () =>
        {
            _revision = await _store.SaveSelectionAsync(Run.Id, picks, losses, funnel, ct).ConfigureAwait(false);
            Tally.Take(funnel);
            _events.Publish(new SelectionChanged(Run.Id, _revision, _time.GetUtcNow(), picks.Length));
        },
        ct);

    /// <summary>Stores how many of the picks were exported.</summary>
    internal Task SaveExportedAsync(int exported, CancellationToken ct) => WriteAsync(
        async () =>
        {
            var funnel = Funnel with { Exported = exported };
            _revision = await _store.SaveProgressAsync(Run.Id, funnel, null, ct).ConfigureAwait(false);
            Tally.Take(funnel);
        },
        ct);

    /// <summary>Stores a line of the run's log, then publishes it.</summary>
    public Task LogAsync(RunLogLevel level, string text, CancellationToken ct) => WriteAsync(
        async () =>
        {
            await _store.LogAsync(Run.Id, level, text, ct).ConfigureAwait(false);
            _events.Publish(new RunLogged(Run.Id, _revision, _time.GetUtcNow(), level, text));
        },
        ct);

    /// <summary>Publishes progress, at most four times a second within one stage. <paramref name="fraction"/> 0..1, null when unknown; that of scoring never falls.</summary>
    public void Progress(RunStage stage, double? fraction)
    {
        if (stage == RunStage.Score && fraction is { } reached)
        {
            fraction = _fraction = Math.Max(_fraction, reached);
        }

        if (_meter.TryTick(stage, fraction, out var reading))
        {
            _events.Publish(new RunProgressed(Run.Id, Volatile.Read(ref _revision), _time.GetUtcNow(), stage, fraction, reading.FramesPerSecond, reading.Remaining, Funnel));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    // Heartbeats come from a timer: without the gate an older funnel could be stored over a newer one.
    private async Task WriteAsync(Func<Task> write, CancellationToken ct)
    {
        await _writing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await write().ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }
}
