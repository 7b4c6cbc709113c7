using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Segments;

/// <summary>
/// Joins the results of segments: numbers of frames run on, and what metrics and the scene detector say of the first frame after a cut is computed from the pixels at both sides of it, by the same code that
/// compares any two frames. Used by one caller at a time.
/// </summary>
internal sealed class SegmentSeam
{
    private const int Together = 24;

    private readonly SplitTask _task;
    private readonly BuildParts _build;
    private readonly FramePool _pool;
    private readonly FrameCopy _lastSampled = new();
    private readonly FrameCopy _lastSeen = new();
    private readonly SceneTrack? _track;
    private Segment _segment = null!;
    private int _before;
    private Pts? _watched;

    public SegmentSeam(SplitTask task, BuildParts build, FramePool pool)
    {
        (_task, _build, _pool) = (task, build, pool);
        _track = task.Parts.Scenes is { } detector ? new SceneTrack(detector, task.Pass.Context) : null;
        _track?.Resume(task.Scenes);
    }

    /// <summary>Scenes so far; empty without a detector.</summary>
    public ImmutableArray<Scene> Scenes => _track?.Scenes ?? [];

    /// <summary>The last frame that was joined.</summary>
    public FrameStamp? Last { get; private set; }

    /// <summary>Stamp of the last sampled frame that was joined.</summary>
    public Pts? LastSampled => Last?.Pts;

    /// <summary>After the last segment.</summary>
    public void Complete() => _track?.Complete();

    /// <summary>The next segment. <paramref name="before"/>: pictures that were decoded before it.</summary>
    public void Begin(Segment segment, int before) => (_segment, _before) = (segment, before);

    /// <summary>Its frames that are not stored yet. May be asked again when it breaks off; what was handed out is not handed out twice.</summary>
    /// <exception cref="InvalidDataException">The result is gone or damaged.</exception>
    public async IAsyncEnumerable<ImmutableArray<Scored>> FramesAsync(SegmentRow row, IBlobStore blobs, [EnumeratorCancellation] CancellationToken ct)
    {
        if (_track is not null)
        {
            await WatchAsync(_track, await OpenAsync($"{row.Key}.{SegmentMeasuring.SightsFile}", blobs, ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        }

        var file = await OpenAsync($"{row.Key}.{SegmentMeasuring.RowsFile}", blobs, ct).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            var frames = ImmutableArray.CreateBuilder<Scored>(Together);
            float[]? streamed = null;
            await foreach (var record in SegmentReader.ReadAsync(file, _task.Media.TimeBase, _before, ct).ConfigureAwait(false))
            {
                switch (record.Kind)
                {
                    case SegmentRecord.FirstSampled:
                        streamed = Streamed(record.Picture());
                        break;
                    case SegmentRecord.LastSampled:
                        var last = record.Picture();
                        _lastSampled.Take(in last);
                        break;
                    case SegmentRecord.Row:
                        Add(record.Row(), streamed, frames);
                        streamed = null;
                        break;
                }

                if (frames.Count == Together)
                {
                    yield return frames.ToImmutable();
                    frames.Clear();
                }
            }

            if (frames.Count > 0)
            {
                yield return frames.ToImmutable();
            }
        }
    }

    private static async Task<Stream> OpenAsync(string key, IBlobStore blobs, CancellationToken ct) =>
        await blobs.OpenReadAsync(key, ct).ConfigureAwait(false) ?? throw new InvalidDataException("It is gone.");

    private void Add(MeasuredFrame row, float[]? streamed, ImmutableArray<Scored>.Builder frames)
    {
        if (streamed is not null)
        {
            streamed.CopyTo(row.Values.AsSpan(row.Values.Length - streamed.Length));
        }

        if (Last is { } last && row.Stamp.Pts <= last.Pts)
        {
            return;
        }

        Last = row.Stamp;

        // What an interrupted run has stored stays as it is.
        if (_task.Pass.Context is not { } context || row.Stamp.Pts > context.Pts)
        {
            frames.Add(_task.Pass.Compose(row));
        }
    }

    /// <summary>What stream metrics say of the first sampled frame of a segment; null where nothing lies before it.</summary>
    private float[]? Streamed(Frame first)
    {
        if (_lastSampled.IsEmpty || _segment.Number == 0)
        {
            return null;
        }

        var before = _lastSampled.Frame;
        using var both = _pool.Rent(first.Layout, 2);
        before.Pixels.CopyTo(both.Add(before.Index, before.Pts, before.IsKey));
        first.Pixels.CopyTo(both.Add(first.Index, first.Pts, first.IsKey));
        return ScoringPass.Streamed(_build(_task.Journal.Run.Recipe), both);
    }

    private async Task WatchAsync(SceneTrack track, Stream file, CancellationToken ct)
    {
        await using (file.ConfigureAwait(false))
        {
            double? score = null;
            await foreach (var record in SegmentReader.ReadAsync(file, _task.Media.TimeBase, _before, ct).ConfigureAwait(false))
            {
                switch (record.Kind)
                {
                    case SegmentRecord.FirstSeen:
                        score = Changed(record.Picture());
                        break;
                    case SegmentRecord.LastSeen:
                        var last = record.Picture();
                        _lastSeen.Take(in last);
                        break;
                    case SegmentRecord.Sight:
                        Watch(track, score is { } change ? record.Sight() with { Score = change } : record.Sight());
                        score = null;
                        break;
                }
            }
        }
    }

    private void Watch(SceneTrack track, SceneSight sight)
    {
        if ((_task.From is { } from && sight.Stamp.Pts < from.Pts) || (_watched is { } watched && sight.Stamp.Pts <= watched))
        {
            return;
        }

        _watched = sight.Stamp.Pts;
        track.Watch(in sight);
    }

    /// <summary>How much the first frame of a segment differs from the last one before it; null where there is none.</summary>
    private double? Changed(Frame first)
    {
        if (_lastSeen.IsEmpty || _segment.Number == 0 || _build(_task.Journal.Run.Recipe).Scenes is not IDividedDetector fresh)
        {
            return null;
        }

        var before = _lastSeen.Frame;
        _ = fresh.See(in before);
        return fresh.See(in first).Score;
    }
}
