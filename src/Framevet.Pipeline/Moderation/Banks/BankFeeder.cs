using System.Collections.Immutable;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Microsoft.Extensions.Options;

namespace Framevet.Pipeline.Moderation.Banks;

/// <summary>
/// Turns people's final words into bank entries: the file by its SHA-256, and each picture that was decided by its PDQ hash. A later word on the same item replaces what the earlier one
/// left. Thread-safe.
/// </summary>
public sealed class BankFeeder(IHashBank bank, IRunStore runs, IBlobStore blobs, JpegCodec jpeg, IOptions<ModerationOptions> options) : IDecisionReader
{
    /// <inheritdoc/>
    public string Name => "banks";

    /// <summary>The origin of what a review item leaves.</summary>
    public static string OriginOf(Guid item) => $"review/{item:N}";

    /// <inheritdoc/>
    public async Task TakeAsync(FinalDecision decision, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(decision);
        if (!options.Value.ReuseDecisions)
        {
            return;
        }

        var kind = decision.Decision switch { Decision.Allow => BankKind.Allow, Decision.Block => BankKind.Block, _ => (BankKind?)null };
        var entries = ImmutableArray.CreateBuilder<BankEntry>();
        if (kind is { } known)
        {
            var frames = await runs.CandidatesAsync(decision.Run, ct).ConfigureAwait(false);
            entries.Add(Entry(decision, known) with { Sha256 = decision.Sha256, Judged = [.. frames.Where(f => f.IsAllowed).Select(f => f.Pts.Value)] });
            foreach (var frame in frames.Where(f => decision.Frames.Contains(f.Pts)))
            {
                if (await HashAsync(frame, ct).ConfigureAwait(false) is { Quality: > Pdq.PoorQuality } hash)
                {
                    entries.Add(Entry(decision, known) with { Hash = hash.Hash, Quality = hash.Quality });
                }
            }
        }

        await bank.ReplaceAsync(OriginOf(decision.Item), entries.ToImmutable(), ct).ConfigureAwait(false);
    }

    private static BankEntry Entry(FinalDecision decision, BankKind kind) => new()
    {
        Id = Guid.CreateVersion7(decision.At),
        Bank = kind,
        Label = decision.Label,
        Origin = OriginOf(decision.Item),
        Run = decision.Run,
        By = decision.UserName,
        At = decision.At,
    };

    // A picture that is gone, or cannot be read, leaves no entry: it is only not found again.
    private async Task<PdqPicture?> HashAsync(Candidate frame, CancellationToken ct)
    {
        if (frame.ThumbKey is null || await blobs.OpenReadAsync(frame.ThumbKey, ct).ConfigureAwait(false) is not { } stream)
        {
            return null;
        }

        await using var reading = stream.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, ct).ConfigureAwait(false);
        try
        {
            return Pdq.Of(jpeg.Decode(bytes.ToArray(), int.MaxValue));
        }
        catch (VettingException trouble) when (trouble.Code == FailureCode.UnsupportedMedia)
        {
            return null;
        }
    }
}
