const adjectives =
  'able amber ancient azure bold brave bright brisk calm candid clear clever cosmic crisp daring deft eager early fair fast fierce fleet fond frank gentle glad golden grand happy hardy honest humble keen kind lively loyal lucid lucky merry mild neat nimble noble patient plain polite proud quick quiet rapid ready rosy sharp shy silent silver smart smooth solid spry steady sunny swift tidy warm wise witty young'.split(
    ' ',
  );
const animals =
  'auk badger bear beaver bison bobcat crane crow deer dove eagle egret elk falcon ferret finch fox gecko gull hare hawk heron horse ibex ibis jackal jay kite koala lark lemur lion llama loon lynx marten mole moose newt ocelot orca osprey otter owl panda panther perch pike plover puffin puma quail raven robin salmon seal shrew sparrow squid stoat stork swan swift tapir tern thrush tiger toad trout turtle viper vole walrus weasel whale wolf wren yak zebra'.split(
    ' ',
  );

/** A readable name derived from a run's id, such as `brave-otter`. */
export function runName(runId: string): string {
  const number = Number.parseInt(runId.slice(0, 8), 16);
  return `${adjectives[number % adjectives.length]}-${animals[Math.floor(number / adjectives.length) % animals.length]}`;
}
