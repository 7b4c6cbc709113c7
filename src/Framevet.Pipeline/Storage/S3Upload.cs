using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Framevet.Pipeline.Storage;

/// <summary>Brings bytes into a bucket: small ones at once, large files in parts, each with its MD5 for the service to compare. What arrived damaged or not at all is sent again.</summary>
internal sealed class S3Upload(AmazonS3Client client, S3Options options)
{
    private const int MaxTries = 5;

    public Task BytesAsync(string name, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var array = MemoryMarshal.TryGetArray(content, out var segment) ? segment : new ArraySegment<byte>(content.ToArray());
        return WholeAsync(name, S3BlobStore.Hash(content.Span), Md5(content.Span), () => new MemoryStream(array.Array!, array.Offset, array.Count, writable: false), ct);
    }

    public async Task FileAsync(string name, string path, CancellationToken ct)
    {
        string hash;
        long bytes;
        var file = Open(path);
        await using (file.ConfigureAwait(false))
        {
            bytes = file.Length;
            hash = S3BlobStore.Hex(await SHA256.HashDataAsync(file, ct).ConfigureAwait(false));
        }

        // Ten thousand parts at most.
        var part = Math.Max((long)options.PartMegabytes << 20, (bytes + 9_999) / 10_000);
        if (bytes <= part)
        {
            var content = await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false);
            await WholeAsync(name, hash, Md5(content), () => new MemoryStream(content, writable: false), ct).ConfigureAwait(false);
            return;
        }

        await PartsAsync(name, path, hash, bytes, part, ct).ConfigureAwait(false);
    }

    private async Task WholeAsync(string name, string hash, byte[] md5, Func<Stream> open, CancellationToken ct) => await AgainAsync(name, async () =>
    {
        var request = new PutObjectRequest { BucketName = options.Bucket, Key = name, InputStream = open(), MD5Digest = Convert.ToBase64String(md5), UseChunkEncoding = false };
        request.Metadata[S3BlobStore.HashName] = hash;
        var answer = await client.PutObjectAsync(request, ct).ConfigureAwait(false);
        MustBeSame(answer.ETag, answer.ServerSideEncryptionMethod, md5);
        return answer;
    }, ct).ConfigureAwait(false);

    private async Task PartsAsync(string name, string path, string hash, long bytes, long part, CancellationToken ct)
    {
        var opening = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = name };
        opening.Metadata[S3BlobStore.HashName] = hash;
        var upload = (await AgainAsync(name, () => client.InitiateMultipartUploadAsync(opening, ct), ct).ConfigureAwait(false)).UploadId;
        try
        {
            var done = new List<PartETag>();
            var buffer = new byte[Math.Min(part, bytes)];
            var file = Open(path);
            await using (file.ConfigureAwait(false))
            {
                for (long at = 0; at < bytes; at += part)
                {
                    var count = (int)Math.Min(part, bytes - at);
                    await file.ReadExactlyAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
                    done.Add(await PartAsync(name, upload, done.Count + 1, buffer, count, ct).ConfigureAwait(false));
                }
            }

            var closing = new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = name, UploadId = upload, PartETags = done };
            await AgainAsync(name, () => client.CompleteMultipartUploadAsync(closing, ct), ct).ConfigureAwait(false);
            await MustBeWholeAsync(name, bytes, hash, ct).ConfigureAwait(false);
        }
        catch
        {
            await AbortAsync(name, upload).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<PartETag> PartAsync(string name, string upload, int number, byte[] buffer, int count, CancellationToken ct)
    {
        var md5 = Md5(buffer.AsSpan(0, count));
        var answer = await AgainAsync(name, async () =>
        {
            var sent = await client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = options.Bucket,
                Key = name,
                UploadId = upload,
                PartNumber = number,
                PartSize = count,
                InputStream = new MemoryStream(buffer, 0, count, writable: false),
                MD5Digest = Convert.ToBase64String(md5),
                UseChunkEncoding = false,
            }, ct).ConfigureAwait(false);
            MustBeSame(sent.ETag, sent.ServerSideEncryptionMethod, md5);
            return sent;
        }, ct).ConfigureAwait(false);
        return new PartETag(number, answer.ETag);
    }

    // Not every service compares the checksum that it is sent. What it answers with is the MD5 of what it has, unless it encrypts with keys of its own.
    private static void MustBeSame(string? etag, ServerSideEncryptionMethod? encryption, byte[] md5)
    {
        var told = etag?.Trim('"') ?? "";
        var isMd5 = told.Length == 32 && told.All(char.IsAsciiHexDigit) && (encryption is null || encryption == ServerSideEncryptionMethod.None || encryption == ServerSideEncryptionMethod.AES256);
        if (isMd5 && !told.Equals(Convert.ToHexString(md5), StringComparison.OrdinalIgnoreCase))
        {
            throw new IOException("The service has other bytes than those that were sent.");
        }
    }

    // A finished upload may answer with trouble in its body, or not at all: what counts is what is there.
    private async Task MustBeWholeAsync(string name, long bytes, string hash, CancellationToken ct)
    {
        var there = await AgainAsync(name, () => client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = options.Bucket, Key = name }, ct), ct).ConfigureAwait(false);
        if (there.ContentLength != bytes || there.Metadata[S3BlobStore.HashName] is { } told && told != hash)
        {
            throw new VettingException(FailureCode.BackendUnavailable, $"The file store has {there.ContentLength} of {bytes} bytes of {name} after an upload in parts.");
        }
    }

    private async Task AbortAsync(string name, string upload)
    {
        try
        {
            await client.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = options.Bucket, Key = name, UploadId = upload }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception trouble) when (trouble is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            // Left to the bucket's own rule for unfinished uploads; what is told is why the upload failed.
        }
    }

    private async Task<T> AgainAsync<T>(string name, Func<Task<T>> ask, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (Exception trouble) when (!ct.IsCancellationRequested && trouble is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or OperationCanceledException)
            {
                if (ct.IsCancellationRequested)
                {
                    throw;
                }

                if (tries == MaxTries || !S3Trouble.MayPass(trouble))
                {
                    throw S3Trouble.Told(trouble, name, options);
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50 << tries), ct).ConfigureAwait(false);
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.Asynchronous | FileOptions.SequentialScan);

    // The protocol's checksum against a damaged transfer, not a proof of identity: that is the SHA-256.
#pragma warning disable CA5351
    private static byte[] Md5(ReadOnlySpan<byte> content) => MD5.HashData(content);
#pragma warning restore CA5351
}
