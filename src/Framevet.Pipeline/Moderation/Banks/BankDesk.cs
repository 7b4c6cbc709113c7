using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Framevet.Pipeline.Runs;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>What leads and admins do with the banks. Files for exchange are JSON lines, one entry each. Thread-safe.</summary>
public sealed class BankDesk(IHashBank bank, IAuditTrail audit, TimeProvider time)
{
    private const int MaxTake = 200;
    private const int MaxLines = 1_000_000;

    /// <summary>Entries, newest first.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public Task<(ImmutableArray<BankEntry> Entries, int Total)> PageAsync(BankKind? kind, int skip, int take, Actor actor, CancellationToken ct)
    {
        MayLook(actor);
        return bank.PageAsync(kind, Math.Max(0, skip), Math.Clamp(take, 1, MaxTake), ct);
    }

    /// <summary>Takes an entry out.</summary>
    /// <exception cref="VettingException">Forbidden, NotFound.</exception>
    public async Task RemoveAsync(Guid id, Actor actor, CancellationToken ct)
    {
        MayChange(actor);
        if (!await bank.RemoveAsync(id, ct).ConfigureAwait(false))
        {
            throw new VettingException(FailureCode.NotFound, $"There is no bank entry {id:N}.");
        }

        await audit.AppendAsync(actor, "bank.remove", $"bank/{id:N}", null, null, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Writes all entries of a bank, null = both, as JSON lines.</summary>
    /// <exception cref="VettingException">Forbidden.</exception>
    public async Task ExportAsync(BankKind? kind, TextWriter target, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(target);
        MayLook(actor);
        for (var skip = 0; ; skip += MaxTake)
        {
            var (entries, _) = await bank.PageAsync(kind, skip, MaxTake, ct).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                await target.WriteLineAsync(JsonSerializer.Serialize(BankLine.From(entry), PipelineJson.Options).AsMemory(), ct).ConfigureAwait(false);
            }

            if (entries.Length < MaxTake)
            {
                return;
            }
        }
    }

    /// <summary>Reads JSON lines; all of them are taken, or none. Entries of an earlier import of the same name are replaced.</summary>
    /// <exception cref="VettingException">Forbidden; InvalidRequest with the line that cannot be read.</exception>
    public async Task<int> ImportAsync(string name, TextReader source, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(source);
        MayChange(actor);
        if (LabelTree.Slug(name) is not { Length: > 0 } slug)
        {
            throw new VettingException(FailureCode.InvalidRequest, "An import needs a name of letters or digits.");
        }

        var entries = ImmutableArray.CreateBuilder<BankEntry>();
        for (var number = 1; await source.ReadLineAsync(ct).ConfigureAwait(false) is { } line; number++)
        {
            if (number > MaxLines)
            {
                throw new VettingException(FailureCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"An import has at most {MaxLines} lines."));
            }

            if (!string.IsNullOrWhiteSpace(line))
            {
                entries.Add(BankLine.Parse(line, number).ToEntry($"import/{slug}", actor.Name, time.GetUtcNow(), number));
            }
        }

        await bank.ReplaceAsync($"import/{slug}", entries.ToImmutable(), ct).ConfigureAwait(false);
        await audit.AppendAsync(actor, "bank.import", $"import/{slug}", null, JsonSerializer.Serialize(new { entries = entries.Count }, PipelineJson.Options), CancellationToken.None).ConfigureAwait(false);
        return entries.Count;
    }

    private static void MayLook(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if ((actor.Rights & (Rights.Lead | Rights.Administer)) == 0)
        {
            throw new VettingException(FailureCode.Forbidden, $"{actor.Name} may not see the banks.");
        }
    }

    private static void MayChange(Actor actor) => actor.MustHave(Rights.Administer, "change the banks");
}

/// <summary>An entry in a file for exchange: a picture with <c>pdq</c> and <c>quality</c>, or a file with <c>sha256</c>.</summary>
public sealed record BankLine(BankKind Bank, string? Pdq, int? Quality, string? Sha256, string? Label, string? Origin = null, string? By = null, DateTimeOffset? At = null)
{
    internal static BankLine From(BankEntry entry) => new(
        entry.Bank, entry.Hash?.ToString(), entry.Hash is null ? null : entry.Quality, entry.Sha256, entry.Label, entry.Origin, entry.By, entry.At);

    internal static BankLine Parse(string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<BankLine>(line, PipelineJson.Options) ?? throw new JsonException("null");
        }
        catch (JsonException trouble)
        {
            throw new VettingException(FailureCode.InvalidRequest, $"Line {number} cannot be read: {trouble.Message}");
        }
    }

    // An imported allowed file says nothing about frames, since nobody here has judged them; only a denied one counts as a whole.
    internal BankEntry ToEntry(string origin, string importer, DateTimeOffset now, int number)
    {
        var hash = default(PdqHash);
        var isPicture = Pdq is not null && PdqHash.TryParse(Pdq, out hash);
        var isFile = Sha256 is { Length: 64 } && Sha256.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f'));
        if (isPicture == isFile || (isPicture && Quality is not (>= 0 and <= 100)))
        {
            throw new VettingException(FailureCode.InvalidRequest, $"Line {number} needs either pdq (64 hex digits) with quality (0..100), or sha256 (64 lower-case hex digits).");
        }

        return new BankEntry
        {
            Id = Guid.CreateVersion7(now),
            Bank = Bank,
            Hash = isPicture ? hash : null,
            Quality = Quality ?? 0,
            Sha256 = isFile ? Sha256 : null,
            Label = LabelTree.Find(Label)?.Id ?? "other",
            Origin = origin,
            By = By ?? importer,
            At = At ?? now,
        };
    }
}
