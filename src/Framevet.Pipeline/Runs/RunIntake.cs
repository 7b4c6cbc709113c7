using System.Globalization;
using System.Security.Cryptography;
using Framevet.Pipeline.Models;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Runs;

/// <summary>Makes a queued run out of a finished local file.</summary>
internal sealed class RunIntake(
    RunPorts ports, ISettingsStore settings, IPolicyStore policies, ValidateRecipe validate, MissingChoice missing, ModelNeeds models, IBlobStore blobs, UpkeepGate gate)
{
    private static readonly RunState[] Open = [.. Enum.GetValues<RunState>().Where(s => !s.IsFinal())];

    /// <summary>See <see cref="RunDesk.SubmitAsync"/>.</summary>
    public async Task<Run> SubmitAsync(SubmitRequest request, Actor actor, CancellationToken ct)
    {
        actor.MustHave(Rights.Submit, "submit files");
        var current = (await settings.CurrentAsync(ct).ConfigureAwait(false)).Settings;
        var recipe = request.Recipe ?? current.Recipes.FirstOrDefault(r => r.Name == current.DefaultRecipe)
            ?? throw new VettingException(FailureCode.InvalidRequest, $"The default recipe '{current.DefaultRecipe}' does not exist.");
        CheckRequest(request, recipe);
        models.MustBeMet(recipe);

        // Whatever a recipe brings along: the organisation's policy of this moment judges the run.
        var policy = await policies.CurrentAsync(ct).ConfigureAwait(false);
        recipe = recipe with { Moderation = recipe.Moderation with { Policy = new PolicySnapshot(policy.Number, policy.Document) } };
        var path = await PathAsync(request, ct).ConfigureAwait(false);
        var bytes = CheckFile(request, path, current.Limits);
        await CheckQuotaAsync(actor, current.Limits, ct).ConfigureAwait(false);

        var sha256 = request.Sha256 ?? await HashAsync(path, ct).ConfigureAwait(false);
        var key = MediaKey(sha256);
        var now = ports.Time.GetUtcNow();
        var run = new Run
        {
            Id = request.Id ?? RunId.New(now),
            OwnerId = actor.Id,
            SourceName = request.SourceName,
            MediaSha256 = sha256,
            MediaKey = key,
            MediaBytes = bytes,
            Recipe = recipe,
            Priority = request.Priority,
            State = RunState.Queued,
            Reason = "Waiting for a worker.",
            CreatedAt = now,
        };
        await gate.AloneAsync(
            async () =>
            {
                await TakeAsync(key, path, bytes, ct).ConfigureAwait(false);
                await ports.Store.AddAsync(run, ct).ConfigureAwait(false);
                return true;
            },
            ct).ConfigureAwait(false);

        // From here on the run exists: whoever goes away now must not keep it from its queue.
        await ports.Audit.AppendAsync(actor, "run.submit", run.Id.ToString(), null, Audited.Submission(run), CancellationToken.None).ConfigureAwait(false);
        await ports.Queue.EnqueueAsync(run.Id, run.Priority, CancellationToken.None).ConfigureAwait(false);
        ports.Events.Publish(new RunStateChanged(run.Id, run.Revision, now, run.State, run.Reason));
        return run;
    }

    /// <summary>Where media of this SHA-256 (lower-case hex) lies.</summary>
    public static string MediaKey(string sha256) => $"media/{sha256[..2]}/{sha256}";

    /// <summary>The file, or the media in the store when the file was taken already (or never was: the bytes were known).</summary>
    private async Task<string> PathAsync(SubmitRequest request, CancellationToken ct) =>
        request.Sha256 is { } sha256 && !File.Exists(request.Path) && await blobs.ExistsAsync(MediaKey(sha256), ct).ConfigureAwait(false)
            ? await blobs.LocalPathAsync(MediaKey(sha256), ct).ConfigureAwait(false)
            : request.Path;

    /// <summary>Moves the file into the store; bytes that are there already are not stored a second time.</summary>
    private async Task TakeAsync(string key, string path, long bytes, CancellationToken ct)
    {
        if (!await blobs.ExistsAsync(key, ct).ConfigureAwait(false))
        {
            if (!File.Exists(path))
            {
                throw new VettingException(FailureCode.SourceUnavailable, "The file is no longer in the store; submit it again.");
            }

            await blobs.TakeFileAsync(key, path, ct).ConfigureAwait(false);
            return;
        }

        var known = await blobs.LocalPathAsync(key, ct).ConfigureAwait(false);
        if (Path.GetFullPath(known) == Path.GetFullPath(path))
        {
            return;
        }

        // A copy of another size is no copy: something broke it, and the new one takes its place.
        if (new FileInfo(known).Length == bytes)
        {
            File.Delete(path);
        }
        else
        {
            await blobs.TakeFileAsync(key, path, ct).ConfigureAwait(false);
        }
    }

    private void CheckRequest(SubmitRequest request, Recipe recipe)
    {
        if (string.IsNullOrWhiteSpace(request.SourceName))
        {
            throw new VettingException(FailureCode.InvalidRequest, "The file has no name.");
        }

        if (request.Priority is < 0 or > 9)
        {
            throw new VettingException(FailureCode.InvalidRequest, "The priority must lie between 0 (last) and 9 (first).");
        }

        if (validate(recipe) is { IsEmpty: false } faults)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"The recipe '{recipe.Name}' is not valid: {faults[0]}", string.Join('\n', faults));
        }

        if (missing(recipe) is { } lack)
        {
            throw new VettingException(FailureCode.InvalidRequest, lack);
        }
    }

    private static long CheckFile(SubmitRequest request, string path, SubmitLimits limits)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new VettingException(FailureCode.SourceUnavailable, $"{request.SourceName}: the file is no longer there.");
        }

        if (file.Length == 0)
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{request.SourceName}: the file is empty.");
        }

        if (file.Length > limits.MaxFileMegabytes * 1024L * 1024L)
        {
            throw new VettingException(FailureCode.SourceTooLarge, $"{request.SourceName}: larger than the limit of {limits.MaxFileMegabytes} MiB.");
        }

        if (!limits.Extensions.Contains(Path.GetExtension(request.SourceName), StringComparer.OrdinalIgnoreCase))
        {
            throw new VettingException(FailureCode.UnsupportedMedia, $"{request.SourceName}: files of this kind are not accepted (accepted: {string.Join(' ', limits.Extensions)}).");
        }

        return file.Length;
    }

    private async Task CheckQuotaAsync(Actor actor, SubmitLimits limits, CancellationToken ct)
    {
        var open = await ports.Store.InStatesAsync([.. Open], ct).ConfigureAwait(false);
        if (open.Count(r => r.OwnerId == actor.Id) >= limits.MaxOpenRuns)
        {
            throw new VettingException(FailureCode.Conflict, string.Create(CultureInfo.InvariantCulture, $"{actor.Name} has {limits.MaxOpenRuns} unfinished runs already, the most allowed."));
        }
    }

    private static async Task<string> HashAsync(string path, CancellationToken ct)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await using var reading = stream.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct).ConfigureAwait(false));
    }
}

/// <summary>Every fault of a recipe as a sentence; empty when it is valid.</summary>
public delegate System.Collections.Immutable.ImmutableArray<string> ValidateRecipe(Recipe recipe);

/// <summary>What a valid recipe still lacks before it can be run, as a sentence; null when nothing.</summary>
public delegate string? MissingChoice(Recipe recipe);
