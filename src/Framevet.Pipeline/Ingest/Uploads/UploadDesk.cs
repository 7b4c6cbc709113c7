using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;

namespace Framevet.Pipeline.Ingest.Uploads;

/// <summary>
/// Files that come in pieces and over several connections; a finished one becomes a run by itself. Rights and limits are checked before the first byte.
/// Thread-safe.
/// </summary>
public sealed class UploadDesk : IDisposable
{
    private readonly UploadWriters _writers = new();
    private readonly IUploadStore _store;
    private readonly ISettingsStore _settings;
    private readonly UploadFiles _files;
    private readonly UploadFinish _finish;
    private readonly UploadOptions _options;
    private readonly DiskReserve _reserve;
    private readonly QuotaDesk _quotas;
    private readonly TimeProvider _time;

    internal UploadDesk(IUploadStore store, ISettingsStore settings, UploadFiles files, UploadFinish finish, UploadOptions options, DiskReserve reserve, QuotaDesk quotas, TimeProvider time) =>
        (_store, _settings, _files, _finish, _options, _reserve, _quotas, _time) = (store, settings, files, finish, options, reserve, quotas, time);

    /// <summary>Most bytes of one file.</summary>
    public async Task<long> MaxBytesAsync(CancellationToken ct) => MaxBytes((await _settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Limits);

    /// <summary>Makes an upload after checking rights, name, size and the user's limits.</summary>
    /// <exception cref="VettingException">Forbidden, InvalidRequest, UnsupportedMedia, SourceTooLarge (file or quota), Conflict (too much at once), OutOfSpace.</exception>
    public async Task<UploadSession> CreateAsync(UploadSession wish, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wish);
        ArgumentNullException.ThrowIfNull(actor);
        actor.MustHave(Rights.Submit, "submit files");
        var limits = (await _settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Limits;
        UploadRules.CheckFile(wish, limits);
        UploadRules.CheckUsage(wish, await _store.UsageAsync(actor.Id, ct).ConfigureAwait(false), limits, _options.MaxOpen, actor);
        _reserve.Require(wish.Name, wish.Length ?? 0);

        var now = _time.GetUtcNow();
        var session = wish with { OwnerId = actor.Id, CreatedAt = now, ExpiresAt = Expiry(now) };

        // Parts are no files yet; what is made of parts takes their place.
        var (coming, bytes) = wish.Kind == UploadKind.Final ? (1, 0) : (wish.Kind == UploadKind.Partial ? 0 : 1, wish.Length ?? 0);
        await _quotas.AdmitAsync(actor, coming, bytes, wish.Name, () => _store.AddAsync(session, ct), ct).ConfigureAwait(false);
        return session;
    }

    /// <summary>An upload of the actor, made into a run if only that was missing.</summary>
    /// <exception cref="VettingException">NotFound; as <see cref="RunDesk.SubmitAsync"/> where the file is complete.</exception>
    public async Task<UploadStatus> FindAsync(Guid id, Actor actor, CancellationToken ct)
    {
        await MineAsync(id, actor, ct).ConfigureAwait(false);
        using var lease = await _writers.EnterAsync(id, ct).ConfigureAwait(false);
        var session = await MineAsync(id, actor, ct).ConfigureAwait(false);
        return await StandAsync(session, lease, actor, ct).ConfigureAwait(false);
    }

    /// <summary>Appends a piece. <paramref name="piece"/>'s offset must be where the file ends. A body that breaks off leaves what came; a complete file becomes a run.</summary>
    /// <exception cref="VettingException">NotFound, Forbidden (a final upload), Conflict (offset), InvalidRequest (length changed), SourceTooLarge, OutOfSpace; as <see cref="RunDesk.SubmitAsync"/>.</exception>
    public async Task<UploadStatus> AppendAsync(Guid id, UploadPiece piece, Stream body, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(piece);
        await MineAsync(id, actor, ct).ConfigureAwait(false);
        using var lease = await _writers.EnterAsync(id, ct).ConfigureAwait(false);
        var session = await MineAsync(id, actor, ct).ConfigureAwait(false);
        session = await DeclareAsync(session, piece, actor, ct).ConfigureAwait(false);
        var offset = Offset(session);
        UploadRules.CheckPiece(session, piece, offset);
        if (session.RunId is null)
        {
            _reserve.Require(session.Name, piece.Bytes ?? 0);
            var limit = session.Length ?? await MaxBytesAsync(ct).ConfigureAwait(false);
            if (!await WriteAsync(session, piece, body, offset, limit, lease, ct).ConfigureAwait(false))
            {
                return new UploadStatus(session, Offset(session), IsMismatch: true);
            }

            session = session with { ExpiresAt = Expiry(_time.GetUtcNow()) };
            await _store.UpdateAsync(session, CancellationToken.None).ConfigureAwait(false);
        }

        return await StandAsync(session, lease, actor, ct).ConfigureAwait(false);
    }

    /// <summary>Puts finished parts together to one file, in their order; the parts go.</summary>
    /// <exception cref="VettingException">NotFound, InvalidRequest (a part is no part or not complete), and as <see cref="CreateAsync"/>.</exception>
    public async Task<UploadStatus> ConcatAsync(UploadSession wish, ImmutableArray<Guid> parts, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(wish);
        var sessions = new List<UploadSession>();
        foreach (var part in parts)
        {
            var session = await MineAsync(part, actor, ct).ConfigureAwait(false);
            sessions.Add(session.Kind == UploadKind.Partial && session.Length == Offset(session)
                ? session
                : throw new VettingException(FailureCode.InvalidRequest, "A final upload is made of partial uploads that are complete."));
        }

        // The parts count against the limits already; the whole takes their place.
        var whole = await CreateAsync(wish with { Length = sessions.Sum(s => s.Length) }, actor, ct).ConfigureAwait(false);
        using var lease = await _writers.EnterAsync(whole.Id, ct).ConfigureAwait(false);
        foreach (var part in sessions)
        {
            var stream = File.OpenRead(_files.PathOf(part.Id));
            await using var reading = stream.ConfigureAwait(false);
            if ((await _files.AppendAsync(whole.Id, stream, whole.Length!.Value, _ => { }, ct).ConfigureAwait(false)).Broken is { } broken)
            {
                await RemoveAsync(whole.Id).ConfigureAwait(false);
                throw new VettingException(FailureCode.SourceUnavailable, $"{whole.Name}: the parts could not be put together.", broken.Message, broken);
            }
        }

        foreach (var part in sessions)
        {
            await RemoveAsync(part.Id).ConfigureAwait(false);
        }

        return await StandAsync(whole, lease, actor, ct).ConfigureAwait(false);
    }

    /// <summary>Throws an upload away. A run that it became stays.</summary>
    /// <exception cref="VettingException">NotFound.</exception>
    public async Task DeleteAsync(Guid id, Actor actor, CancellationToken ct)
    {
        await MineAsync(id, actor, ct).ConfigureAwait(false);
        using var lease = await _writers.EnterAsync(id, ct).ConfigureAwait(false);
        await RemoveAsync(id).ConfigureAwait(false);
    }

    /// <summary>The actor's unfinished uploads.</summary>
    public async Task<ImmutableArray<UploadStatus>> OpenAsync(Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return [.. (await _store.OpenAsync(actor.Id, ct).ConfigureAwait(false)).Select(s => new UploadStatus(s, Offset(s)))];
    }

    /// <summary>Makes a run at once of a file whose bytes are here already because the actor may see a run of it; null when they are not.</summary>
    /// <exception cref="VettingException">As <see cref="RunDesk.SubmitAsync"/>.</exception>
    public async Task<Run?> SubmitKnownAsync(string sha256, SubmitRequest request, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        actor.MustHave(Rights.Submit, "submit files");

        _reserve.Require(null, 0);
        await _quotas.CheckAsync(actor, 1, 0, request.SourceName, ct).ConfigureAwait(false);

        // Who only knows the hash of somebody else's file must not get at the file.
        return UploadRules.IsSha256(sha256) && await _store.HasMediaAsync(actor.Has(Rights.SeeAllRuns) ? null : actor.Id, sha256, ct).ConfigureAwait(false)
            ? await _finish.TrySubmitKnownAsync(sha256, request, actor, ct).ConfigureAwait(false)
            : null;
    }

    /// <summary>As <see cref="SubmitKnownAsync"/> for bytes that this server fetched by itself and the caller has checked.</summary>
    internal Task<Run?> SubmitFetchedAsync(string sha256, SubmitRequest request, Actor actor, CancellationToken ct) => _finish.TrySubmitKnownAsync(sha256, request, actor, ct);

    /// <summary>Throws away what expired; how many.</summary>
    public async Task<int> SweepAsync(CancellationToken ct)
    {
        var expired = await _store.ExpiredAsync(_time.GetUtcNow(), ct).ConfigureAwait(false);
        foreach (var session in expired)
        {
            using var lease = await _writers.EnterAsync(session.Id, ct).ConfigureAwait(false);
            await RemoveAsync(session.Id).ConfigureAwait(false);
        }

        return expired.Length;
    }

    /// <summary>Unfinished uploads of everybody, for retention; their time counts from their last bytes.</summary>
    internal async Task<ImmutableArray<RetentionItem>> UnfinishedAsync(CancellationToken ct) =>
        [.. (await _store.ExpiredAsync(DateTimeOffset.MaxValue, ct).ConfigureAwait(false)).Where(s => s.RunId is null)
            .Select(s => new RetentionItem(RetentionKind.PartialUploads, s.Id.ToString("N"), s.ExpiresAt - TimeSpan.FromHours(_options.ExpireHours), _files.Length(s.Id), IsProtected: false))];

    /// <summary>Throws an unfinished upload away whoever's it is; false when it became a run meanwhile or is gone.</summary>
    internal async Task<bool> AbandonAsync(Guid id, CancellationToken ct)
    {
        using var lease = await _writers.EnterAsync(id, ct).ConfigureAwait(false);
        if (await _store.GetAsync(id, ct).ConfigureAwait(false) is not { RunId: null })
        {
            return false;
        }

        await RemoveAsync(id).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _writers.Dispose();

    private static long MaxBytes(SubmitLimits limits) => (long)limits.MaxFileMegabytes << 20;

    private DateTimeOffset Expiry(DateTimeOffset now) => now + TimeSpan.FromHours(_options.ExpireHours);

    // A finished file has been moved away: then all of it is here.
    private long Offset(UploadSession session) => session.Sha256 is not null && !_files.Exists(session.Id) ? session.Length!.Value : _files.Length(session.Id);

    private async Task<UploadSession> MineAsync(Guid id, Actor actor, CancellationToken ct) =>
        await _store.GetAsync(id, ct).ConfigureAwait(false) is { } session && session.OwnerId == actor.Id && session.ExpiresAt > _time.GetUtcNow()
            ? session
            : throw new VettingException(FailureCode.NotFound, "There is no such upload; it may have expired.");

    /// <summary>Takes a length that was left open until now.</summary>
    private async Task<UploadSession> DeclareAsync(UploadSession session, UploadPiece piece, Actor actor, CancellationToken ct)
    {
        if (piece.Length is not { } length || session.Length == length)
        {
            return session;
        }

        if (session.Length is not null)
        {
            throw new VettingException(FailureCode.InvalidRequest, "The length of an upload cannot change.");
        }

        var declared = session with { Length = length };
        var limits = (await _settings.CurrentAsync(ct).ConfigureAwait(false)).Settings.Limits;
        UploadRules.CheckFile(declared, limits);
        UploadRules.CheckUsage(declared, await _store.UsageAsync(actor.Id, ct).ConfigureAwait(false), limits, int.MaxValue, actor);
        await _quotas.CheckAsync(actor, 0, length, session.Name, ct).ConfigureAwait(false);
        if (length < Offset(session))
        {
            throw new VettingException(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"{Offset(session)} bytes are here already, more than the length of {length}."));
        }

        await _store.UpdateAsync(declared, ct).ConfigureAwait(false);
        return declared;
    }

    /// <summary>Writes a piece; false when it did not match its checksum.</summary>
    private async Task<bool> WriteAsync(UploadSession session, UploadPiece piece, Stream body, long offset, long limit, UploadLease lease, CancellationToken ct)
    {
        var hash = await _finish.HashSoFarAsync(session.Id, offset, lease.Writer, lease.Token).ConfigureAwait(false);
        using var check = piece.Checksum?.Begin();
        try
        {
            var (written, broken) = await _files.AppendAsync(session.Id, body, limit, Add, lease.Token).ConfigureAwait(false);
            var isWhole = broken is null && (check is null || check.GetHashAndReset().AsSpan().SequenceEqual(piece.Checksum!.Expected));
            if (!isWhole && check is not null)
            {
                // A piece with a checksum counts as a whole or not at all.
                TakeBack();
            }

            return broken is null
                ? isWhole
                : throw (ct.IsCancellationRequested ? new OperationCanceledException("The connection of the upload broke.", broken, ct)
                    : broken is VettingException ? broken
                    : broken is OperationCanceledException ? new VettingException(FailureCode.Conflict, $"{session.Name}: another connection goes on with this upload.", null, broken)
                    : new VettingException(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"{session.Name}: the connection broke after {written} bytes."), null, broken));
        }
        catch (VettingException e) when (e.Code == FailureCode.SourceTooLarge || e is { Code: FailureCode.OutOfSpace, InnerException: IOException })
        {
            TakeBack();
            throw;
        }

        void Add(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            lease.Writer.Hashed += bytes.Length;
            check?.AppendData(bytes);
        }

        void TakeBack()
        {
            _files.Truncate(session.Id, offset);
            lease.Writer.ForgetHash();
        }
    }

    private async Task<UploadStatus> StandAsync(UploadSession session, UploadLease lease, Actor actor, CancellationToken ct)
    {
        var status = new UploadStatus(session, Offset(session));
        if (!status.IsComplete || session.Kind == UploadKind.Partial)
        {
            return status;
        }

        try
        {
            return status with { Session = await _finish.SubmitAsync(session, lease.Writer, actor, ct).ConfigureAwait(false) };
        }
        catch (VettingException e) when (!e.IsTransient && e.Code != FailureCode.Conflict)
        {
            // It will never be taken: keeping it would only take room.
            await RemoveAsync(session.Id).ConfigureAwait(false);
            throw;
        }
    }

    private async Task RemoveAsync(Guid id)
    {
        _writers.Forget(id);
        _files.Delete(id);
        await _store.DeleteAsync(id, CancellationToken.None).ConfigureAwait(false);
    }
}
