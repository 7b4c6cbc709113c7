using System.Collections.Immutable;
using System.Security.Cryptography;
using Framevet.Pipeline;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Ingest;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Probe;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Sampling;
using Framevet.Pipeline.Scenes;
using Framevet.Pipeline.Selection;

namespace Framevet.Cli;

/// <summary>Vets files one after the other with the same vetter as the server, on a store in memory. Nothing is moved or changed.</summary>
internal sealed class LocalVetting(CliServices services, Recipe recipe, VetOutput? output, bool includeFlagged)
{
    private static readonly Verdict Overruled = new(Decision.Allow, "Included on the command line.", "command line");

    private static readonly TimeSpan SignalGrace = TimeSpan.FromMilliseconds(300);

    private readonly TimeProvider _time = TimeProvider.System;

    /// <summary>How a folder is read as one source; null when the recipe's sampler takes files only.</summary>
    public FolderOrder? FolderOrder { get; } = OrderOf(services.Get<PartCatalog>(), recipe);

    /// <summary>Name of a file or folder for people, also when the path ends with a slash or is a dot.</summary>
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) is { Length: > 0 } name ? name : path;

    /// <summary>Vets one file; trouble is part of the report, only cancellation is thrown.</summary>
    public async Task<VetReport> VetAsync(string path, IRunEvents events, CancellationToken ct)
    {
        var store = new MemoryRunStore(_time);
        var run = NewRun(path);
        try
        {
            var (bytes, hash) = FolderOrder is { } order && Directory.Exists(path)
                ? await FolderDigest.OfAsync(new SourceFile(path, run.SourceName, 0), order, ct)
                : (Length(path), await HashAsync(path, ct));
            run = run with { MediaBytes = bytes, MediaSha256 = hash };
            await store.AddAsync(run, ct);
            var file = new SourceFile(path, run.SourceName, run.MediaBytes) { Sampler = run.Recipe.Sampler };
            var vetter = services.Get<Vetter>();
            using (var journal = new RunJournal(run, store, events, _time))
            {
                await vetter.VetAsync(journal, file, ct);
            }

            var flagged = Flagged(await store.CandidatesAsync(run.Id, ct));
            if (includeFlagged)
            {
                // A person's word, as in a review: it lifts doubt, never a block.
                await store.SaveVerdictsAsync(run.Id, [.. flagged.Where(f => f.Judgement!.Verdict.Decision == Decision.Escalate).Select(f => (f.Pts, Overruled))], ct);
            }

            return await FinishAsync(vetter, run, store, file, flagged, events, ct);
        }
        catch (VettingException trouble)
        {
            await MustGoOnAsync(trouble, ct);
            var row = await store.GetAsync(run.Id, CancellationToken.None);
            return new VetReport
            {
                File = path,
                Result = ExitCodes.Of(trouble.Code, row?.Media is not null),
                Error = new VetError(trouble.Code, trouble.Message, trouble.Detail),
                Sha256 = row?.MediaSha256,
                Media = row?.Media,
                Funnel = row?.Funnel,
            };
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            // A bug that one file shows must not cost the others their result.
            return new VetReport { File = path, Result = ExitCode.Unexpected, Error = new VetError(FailureCode.Unexpected, $"{run.SourceName}: an unexpected error: {bug.Message}", bug.ToString()) };
        }
    }

    private async Task<VetReport> FinishAsync(Vetter vetter, Run run, MemoryRunStore store, SourceFile file, ImmutableArray<Candidate> flagged, IRunEvents events, CancellationToken ct)
    {
        var written = ImmutableArray.CreateBuilder<string>();
        var plans = ImmutableArray.CreateBuilder<ExportPlan>();
        using var journal = new RunJournal((await store.GetAsync(run.Id, ct))!, store, events, _time);
        var picks = await vetter.FinishAsync(journal, WriteAsync, ct);
        var row = (await store.GetAsync(run.Id, ct))!;
        return new VetReport
        {
            File = file.Path,
            Result = flagged.IsEmpty ? ExitCode.Clean : ExitCode.Flagged,
            Sha256 = row.MediaSha256,
            Media = row.Media,
            Funnel = row.Funnel,
            Flagged = [.. flagged.Select(Report)],
            Picks = [.. picks.Select(Report)],
            Scenes = [.. (await store.ScenesAsync(run.Id, ct)).Select(Report)],
            Output = written.FirstOrDefault(),
            Outputs = written.ToImmutable(),
            Plans = plans.ToImmutable(),
        };

        async Task<int> WriteAsync(ImmutableArray<Pick> chosen, CancellationToken token)
        {
            if (output is null)
            {
                return 0;
            }

            var media = await services.Get<IMediaProbe>().ProbeAsync(file, token);
            var request = new ExportRequest(media, new ExportOrigin(run.Id.ToString(), run.SourceName, run.MediaSha256, run.Recipe.Name), chosen, output.Folder)
            {
                Scored = await store.CandidatesAsync(run.Id, token),
                IsDryRun = output.IsDryRun,
            };
            var frames = 0;
            foreach (var (spec, i) in output.Exporters.Select((e, i) => (e, i)))
            {
                var progress = new Progress(fraction => journal.Progress(RunStage.Export, (i + fraction) / output.Exporters.Count));
                var made = await services.Get<BuildExporter>()(spec).ExportAsync(request, progress, token);
                if (made.Plan is { } plan)
                {
                    plans.Add(plan);
                    continue;
                }

                written.Add(made.Path);
                frames = Math.Max(frames, made.Frames);
            }

            return frames;
        }
    }

    // Ctrl+C in a terminal reaches the tools as well, and one of them may die of it before we hear of it: that is no failure.
    private async Task MustGoOnAsync(VettingException trouble, CancellationToken ct)
    {
        if (trouble.Code == FailureCode.ToolFailed)
        {
            await Task.Delay(SignalGrace, _time, ct);
        }

        ct.ThrowIfCancellationRequested();
    }

    private static ImmutableArray<Candidate> Flagged(ImmutableArray<Candidate> frames) => [.. frames.Where(f => !f.IsAllowed)];

    private static FlaggedFrame Report(Candidate frame)
    {
        var verdict = frame.Judgement!.Verdict;
        var strongest = frame.Judgement.Findings.OrderByDescending(f => f.Confidence).FirstOrDefault();
        return new FlaggedFrame(frame.Pts.Value, frame.Pts.TimeBase.ToString(), frame.Pts.Seconds, frame.Index, verdict.Decision,
            verdict.Label ?? strongest?.Label, verdict.Confidence ?? strongest?.Confidence, verdict.Reason);
    }

    private static PickedFrame Report(Pick pick) => new(pick.Rank, pick.Candidate.Pts.Value, pick.Candidate.Pts.TimeBase.ToString(),
        pick.Candidate.Pts.Seconds, pick.Candidate.Index, pick.Candidate.Scores, pick.Reason);

    private static FoundScene Report(Scene scene) => new(scene.Number, scene.First.Pts.Value, scene.Last.Pts.Value, scene.First.Pts.Seconds, scene.Last.Pts.Seconds,
        scene.Last.Index - scene.First.Index + 1);

    private Run NewRun(string path)
    {
        var now = _time.GetUtcNow();
        return new Run
        {
            Id = RunId.New(now),
            OwnerId = "command-line",
            SourceName = NameOf(path),
            MediaSha256 = "",
            MediaKey = "",
            MediaBytes = 0,
            Recipe = recipe,
            State = RunState.Running,
            Reason = "",
            CreatedAt = now,
        };
    }

    private static FolderOrder? OrderOf(PartCatalog catalog, Recipe recipe)
    {
        var sampler = catalog.Build<ISampler>(recipe.Sampler);
        using var held = sampler as IDisposable;
        return (sampler as IOrdersFolder)?.FolderOrder;
    }

    private static long Length(string path)
    {
        var length = new FileInfo(path).Length;
        return length > 0 ? length : throw new VettingException(FailureCode.UnsupportedMedia, $"{Path.GetFileName(path)}: the file is empty.");
    }

    private static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct));
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{Path.GetFileName(path)}: cannot be read: {trouble.Message}", null, trouble);
        }
    }

    private sealed class Progress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
