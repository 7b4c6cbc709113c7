using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Tools;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>
/// Asks the banks before anybody else: what a person has decided about the same file or the same picture needs neither a model nor a person again. A denied file is denied as a
/// whole; an allowed one only at the frames that were judged then. Where both banks know a picture, people look. One per run. Thread-safe.
/// </summary>
internal sealed class BankModerator(BankIndex bank, string sha256, IModerator inner, JpegCodec jpeg, VerdictBasis basis) : IModerator
{
    /// <summary>Who says it.</summary>
    public const string Name = "bank";

    /// <summary>Both the share of a clip's frames that are known, and the share of the decided clip's frames that were found, from which two clips are the same.</summary>
    public const double ClipShare = 0.8;

    private readonly BankEntry? _file = bank.FindFile(sha256);
    private readonly ConcurrentDictionary<Pts, (int Quality, BankEntry? Denied)> _seen = new();

    public Task<Judgement> JudgeAsync(ReadOnlyMemory<byte> jpeg, CancellationToken ct) => inner.JudgeAsync(jpeg, ct);

    public async Task<Judgement> JudgeAsync(Pts pts, ReadOnlyMemory<byte> picture, CancellationToken ct)
    {
        if (_file is { Bank: BankKind.Block } || _file?.Judged.Contains(pts.Value) == true)
        {
            return Say(_file, "the same file");
        }

        if (!bank.HasPictures || Hashed(picture) is not { } hash)
        {
            return await inner.JudgeAsync(pts, picture, ct).ConfigureAwait(false);
        }

        var found = bank.Find(hash);
        _seen[pts] = (hash.Quality, found.Denied);
        return found switch
        {
            { Allowed: { } allowed, Denied: { } denied } => new Judgement(
                new Verdict(Decision.Escalate, $"the same picture was denied ({denied.Origin}) and allowed ({allowed.Origin}), so a person must look", Name, denied.Label) { Basis = basis }, []),
            { Denied: { } entry } => Say(entry, Near(found.Distance)),
            { Allowed: { } entry } => Say(entry, Near(found.Distance)),
            _ => await inner.JudgeAsync(pts, picture, ct).ConfigureAwait(false),
        };
    }

    /// <summary>The rest of a clip of which nearly all frames, and nearly all of the denied clip's, were found: the same clip.</summary>
    public ImmutableArray<ClipChange> RestOfDeniedClip(ImmutableArray<Candidate> frames)
    {
        var fit = _seen.Where(s => s.Value.Quality > Pdq.PoorQuality).ToList();
        var same = fit.Where(s => s.Value.Denied is not null).GroupBy(s => s.Value.Denied!.Origin)
            .Select(g => (Entry: g.First().Value.Denied!, Share: g.Count() / (double)fit.Count, Found: g.Select(s => s.Value.Denied!.Id).Distinct().Count() / (double)bank.Sizes[g.Key]))
            .FirstOrDefault(g => g.Share >= ClipShare && g.Found >= ClipShare);
        if (same.Entry is null)
        {
            return [];
        }

        var verdict = Say(same.Entry, string.Create(CultureInfo.InvariantCulture, $"the same clip ({same.Share:P0} of its pictures)")).Verdict;
        return [.. frames.Where(f => f.Judgement?.Verdict.Decision != Decision.Block).Select(f => new ClipChange(f.Pts, verdict, []))];
    }

    private PdqPicture? Hashed(ReadOnlyMemory<byte> picture)
    {
        try
        {
            return Pdq.Of(jpeg.Decode(picture.Span, int.MaxValue));
        }
        catch (VettingException trouble) when (trouble.Code == FailureCode.UnsupportedMedia)
        {
            // What no one can read is for the backends to complain about.
            return null;
        }
    }

    private static string Near(int distance) => string.Create(CultureInfo.InvariantCulture, $"the same picture ({distance} of {PdqHash.Bits} bits differ)");

    private Judgement Say(BankEntry entry, string what) => new(
        new Verdict(
            entry.Bank == BankKind.Block ? Decision.Block : Decision.Allow,
            string.Create(CultureInfo.InvariantCulture, $"{what} was {(entry.Bank == BankKind.Block ? "denied" : "allowed")} by {entry.By} on {entry.At.UtcDateTime:yyyy-MM-dd} ({entry.Origin})"),
            Name,
            entry.Label)
        {
            Basis = basis with { Model = $"{Name} {entry.Id:N}" },
        },
        []);
}
