import { type Receiver, run, verdictsFromLines } from './receiver.ts';

const SCRIPT = `
use Mail::DKIM::Verifier;
while (my $name = <STDIN>) {
  chomp $name;
  open my $file, '<:raw', $name;
  my $message = do { local $/; <$file> };
  my $verifier = Mail::DKIM::Verifier->new;
  my $said = eval { $verifier->PRINT($message); $verifier->CLOSE; $verifier->result_detail } // $@;
  $said =~ s/\\s+/ /g;
  print "$name $said\\n";
}
`;

/** Mail::DKIM, which SpamAssassin and amavis use. */
export const mailDkim: Receiver = {
  name: 'Mail::DKIM',
  probe: ['perl', '-MMail::DKIM::Verifier', '-e', '1'],
  async verify(folder, messages) {
    const input = messages.map(({ file }) => `${file}\n`).join('');
    return verdictsFromLines(await run('perl', ['-e', SCRIPT], { folder, input }), messages, 'pass');
  },
};
