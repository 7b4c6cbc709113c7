using System.Security.Cryptography;
using System.Text.Json;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>Makes a run of a complete upload, once, whatever breaks in between.</summary>
internal sealed class UploadFinish(IUploadStore store, IRunStore runs, RunDesk desk, IBlobStore blobs, UploadFiles files, TimeProvider time)
{
    /// <summary>The hash of the first <paramref name="length"/> bytes, from memory or, after a restart, from the file.</summary>
    public async Task<IncrementalHash> HashSoFarAsync(Guid id, long length, UploadWriter writer, CancellationToken ct)
    {
        if (writer.Hash is { } known && writer.Hashed == length)
        {
            return known;
        }

        var hash = writer.NewHash();
        await files.HashAsync(id, hash, ct).ConfigureAwait(false);
        writer.Hashed = length;
        return hash;
    }

    /// <summary>Submits; a second call finds the first one's run.</summary>
    /// <exception cref="VettingException">As <see cref="RunDesk.SubmitAsync"/>; SourceRefused when the file is not the one that was promised.</exception>
    public async Task<UploadSession> SubmitAsync(UploadSession session, UploadWriter writer, Actor actor, CancellationToken ct)
    {
        if (session.RunId is not { } id || session.Sha256 is null)
        {
            var hash = await HashSoFarAsync(session.Id, session.Length!.Value, writer, ct).ConfigureAwait(false);
            var sha256 = Convert.ToHexStringLower(hash.GetCurrentHash());
            if (session.PromisedSha256 is { } promised && promised != sha256)
            {
                throw new VettingException(FailureCode.SourceRefused, $"{session.Name} arrived damaged: its SHA-256 is not the one that was announced.");
            }

            session = session with { Sha256 = sha256, RunId = id = RunId.New(time.GetUtcNow()) };
            await store.UpdateAsync(session, ct).ConfigureAwait(false);
        }

        if (await runs.GetAsync(id, ct).ConfigureAwait(false) is null)
        {
            var recipe = session.Recipe is null ? null : JsonSerializer.Deserialize<Recipe>(session.Recipe, PipelineJson.Options);
            await desk.SubmitAsync(new SubmitRequest(files.PathOf(session.Id), session.Name, recipe, session.Priority) { Id = id, Sha256 = session.Sha256 }, actor, CancellationToken.None).ConfigureAwait(false);
        }

        files.Delete(session.Id);
        return session;
    }

    /// <summary>A run on media that is in the store; null when its file is gone.</summary>
    public async Task<Run?> TrySubmitKnownAsync(string sha256, SubmitRequest request, Actor actor, CancellationToken ct)
    {
        var isHere = await blobs.ExistsAsync(RunIntake.MediaKey(sha256), ct).ConfigureAwait(false);
        Telemetry.PipelineMeter.CountCache("media", isHere);
        return isHere ? await desk.SubmitAsync(request with { Sha256 = sha256 }, actor, ct).ConfigureAwait(false) : null;
    }
}
