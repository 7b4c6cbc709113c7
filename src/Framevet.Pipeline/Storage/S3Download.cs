using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Framevet.Pipeline.Storage;

/// <summary>Reads objects of a bucket whole: a connection that breaks is gone on with where it broke, and what is not what was uploaded is read once more, then refused.</summary>
internal sealed class S3Download(AmazonS3Client client, S3Options options)
{
    private const int MaxVainTries = 5;

    /// <summary>Writes the object to an empty stream that can be read and sought.</summary>
    /// <exception cref="VettingException">BackendUnavailable (no answer, damaged twice), SourceUnavailable (gone or replaced meanwhile).</exception>
    public async Task ToAsync(string name, S3Head head, Stream target, CancellationToken ct)
    {
        for (var round = 0; round < 2; round++)
        {
            target.SetLength(0);
            target.Position = 0;
            await ReadAsync(name, head, target, ct).ConfigureAwait(false);
            target.Position = 0;
            if (Expected(name, head) is not { } wanted || S3BlobStore.Hex(await SHA256.HashDataAsync(target, ct).ConfigureAwait(false)) == wanted)
            {
                target.Position = 0;
                return;
            }
        }

        throw new VettingException(FailureCode.BackendUnavailable, $"{options.Bucket}/{name} arrived damaged twice: its bytes are not those that were uploaded.");
    }

    // Media are named by their hash; others carry it.
    private static string? Expected(string name, S3Head head) =>
        head.Sha256 ?? (name[(name.LastIndexOf('/') + 1)..] is { Length: 64 } last && last.All(char.IsAsciiHexDigitLower) ? last : null);

    private async Task ReadAsync(string name, S3Head head, Stream target, CancellationToken ct)
    {
        for (var vain = 0; target.Position < head.Bytes;)
        {
            var before = target.Position;
            try
            {
                var request = new GetObjectRequest { BucketName = options.Bucket, Key = name, ByteRange = before > 0 ? new ByteRange(before, head.Bytes - 1) : null, EtagToMatch = head.ETag.Length > 0 ? head.ETag : null };
                using var answer = await client.GetObjectAsync(request, ct).ConfigureAwait(false);
                await answer.ResponseStream.CopyToAsync(target, ct).ConfigureAwait(false);
            }
            catch (AmazonS3Exception gone) when (S3Trouble.IsMissing(gone) || gone.StatusCode == System.Net.HttpStatusCode.PreconditionFailed)
            {
                throw new VettingException(FailureCode.SourceUnavailable, "The file went away while it was read.", name, gone);
            }
            catch (Exception trouble) when (!ct.IsCancellationRequested && trouble is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
            {
                if (trouble is IOException full && DiskTrouble.IsFull(full))
                {
                    throw DiskTrouble.Full(full);
                }

                vain = target.Position > before ? 0 : vain + 1;
                if (vain == MaxVainTries || !S3Trouble.MayPass(trouble))
                {
                    throw S3Trouble.Told(trouble, name, options);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50 << vain), ct).ConfigureAwait(false);
                continue;
            }

            // An end before the end without an error is a break, too.
            if (target.Position == before && ++vain == MaxVainTries)
            {
                throw new VettingException(FailureCode.BackendUnavailable, $"{options.Bucket}/{name} ends after {before} of {head.Bytes} bytes.");
            }
        }
    }
}
